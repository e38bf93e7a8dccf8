import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5);

export const idleOngoing = craftCase({
  name: 'idle-ongoing',
  what: 'A request, a response, and ten quiet minutes: an idle connection of a pool, nothing amiss.',
  packets: [...talk.packets, bystander(600_000)],
  connections: [
    expectConnection('ongoing', {
      end: 'open',
      fromClient: { payloadBytes: 100 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
