import type { ConnectionRecord } from '../tcp/capture.ts';
import { ConnectionView } from './connection-view.ts';
import { describeConnection } from './describe-connection.ts';
import { EndpointText } from './endpoint-text.ts';
import type { EngineExports } from './engine-exports.ts';
import { captureEndMs } from './judging/capture-end.ts';
import { judgeConnection } from './judging/judge-connection.ts';

/** Every connection of the engine, in the order of first packets, one at a time. */
export function* describeAll(engine: EngineExports): Generator<ConnectionRecord> {
  const view = new ConnectionView(engine);
  const context = { addresses: new EndpointText(engine), firstUs: engine.firstUs() };
  const untilMs = captureEndMs(engine);
  for (let index = 0; index < view.count; index++) {
    view.select(index);
    yield describeConnection(view, index, judgeConnection(view, untilMs), context);
  }
}
