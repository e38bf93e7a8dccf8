import type { ModelName } from '../prediction.ts';
import { closeModel } from './close.ts';
import { connectModel } from './connect.ts';
import { keepaliveModel } from './keepalive.ts';
import type { Model } from './model.ts';
import { queuesModel } from './queues.ts';
import { retransmitModel } from './retransmit.ts';
import { synAckModel } from './synack.ts';

export const allModels: Readonly<Record<ModelName, Model>> = {
  connect: connectModel,
  synack: synAckModel,
  keepalive: keepaliveModel,
  retransmit: retransmitModel,
  close: closeModel,
  queues: queuesModel,
};
