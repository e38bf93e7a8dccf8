import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20);

export const snapLength40 = craftCase({
  name: 'snap-length-40',
  what: 'Cut inside the TCP header: nothing can be told but that these frames were cut.',
  packets: talk.packets,
  wire: { snapLength: 40 },
  skipped: { cut: 10 },
  connections: [],
});
