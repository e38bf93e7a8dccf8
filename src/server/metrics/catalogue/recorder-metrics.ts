import { labelText } from '../label-text.ts';
import { type RecorderMetric, recorderMetric } from '../metric.ts';

const MOST_UNSEEN = 20;
const LONGEST_SENTENCE = 200;

/** What the recorder says of itself. */
export const recorderMetrics: readonly RecorderMetric[] = Object.freeze([
  recorderMetric({
    name: 'halfopen_build_info',
    type: 'gauge',
    unit: 'none',
    labels: ['version', 'hostname', 'kernel_release'],
    help: 'Which halfopen records which host; always 1.',
    reading: 'Absent: nobody records.',
    asks: 'Is the recorder there, and which release?',
    read: ({ status: { tool, hostname, kernelRelease } }) => [
      {
        labels: {
          version: labelText(tool.version),
          hostname: labelText(hostname),
          kernel_release: labelText(kernelRelease),
        },
        value: 1,
      },
    ],
  }),
  recorderMetric({
    name: 'halfopen_recorder_start_time_seconds',
    type: 'gauge',
    unit: 'seconds',
    labels: [],
    help: 'When the recorder started, seconds since 1970.',
    reading: 'All counters began at 0 then.',
    asks: 'Since when is recorded?',
    read: ({ status }) => [{ labels: {}, value: status.startedMs / 1000 }],
  }),
  recorderMetric({
    name: 'halfopen_recorder_sample_age_seconds',
    type: 'gauge',
    unit: 'seconds',
    labels: [],
    help: 'Time since the last full second was recorded, or since the start.',
    reading: 'Below 2 all is well. Above 10 the values of the last second are left out.',
    asks: 'Does the recorder still see anything?',
    read: ({ sampleAgeSeconds }) => [{ labels: {}, value: sampleAgeSeconds }],
  }),
  recorderMetric({
    name: 'halfopen_recorder_store_bytes',
    type: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Size of the file that the history is kept in.',
    reading: 'Bounded by --max-size. Absent: nothing is kept.',
    asks: 'How large is the history?',
    read: ({ status: { store } }) => (store === null ? [] : [{ labels: {}, value: store.bytes }]),
  }),
  recorderMetric({
    name: 'halfopen_recorder_store_problem',
    type: 'gauge',
    unit: 'none',
    labels: [],
    help: '1 while nothing can be kept, 0 while all is well.',
    reading: 'With 1 it still observes; the history has a hole. The log says what the system said.',
    asks: 'Is the history being kept?',
    read: ({ status: { store } }) =>
      store === null ? [] : [{ labels: {}, value: store.problem === null ? 0 : 1 }],
  }),
  recorderMetric({
    name: 'halfopen_recorder_unseen_things',
    type: 'gauge',
    unit: 'things',
    labels: [],
    help: 'How many things this recorder cannot see.',
    reading: '0: it sees everything it knows to look for.',
    asks: 'Is the recorder blind in some respect?',
    read: ({ status }) => [{ labels: {}, value: status.unseen.length }],
  }),
  recorderMetric({
    name: 'halfopen_recorder_unseen_info',
    type: 'gauge',
    unit: 'none',
    labels: ['what'],
    help: 'What this recorder cannot see, one sentence each; always 1.',
    reading: 'Usually a missing capability, or tracefs. At most 20 sentences.',
    asks: 'What can it not see, and why?',
    read: ({ status }) => {
      const sentences = status.unseen.map((sentence) => labelText(sentence, LONGEST_SENTENCE));
      return [...new Set(sentences)].slice(0, MOST_UNSEEN).map((what) => ({ labels: { what }, value: 1 }));
    },
  }),
  recorderMetric({
    name: 'halfopen_recorder_listeners',
    type: 'gauge',
    unit: 'listeners',
    labels: [],
    help: 'Listeners seen in the last full second.',
    reading: 'All of them, with a row of their own or not.',
    asks: 'How many listeners are watched?',
    read: ({ listeners }) => [{ labels: {}, value: listeners.seen }],
  }),
  recorderMetric({
    name: 'halfopen_recorder_listeners_in_other',
    type: 'gauge',
    unit: 'listeners',
    labels: [],
    help: 'Listeners of the last full second that have no row of their own.',
    reading: 'Above 0: they are counted in the row other.',
    asks: 'Does the bound on labels hide anybody?',
    read: ({ listeners }) => [{ labels: {}, value: listeners.foldedSeries }],
  }),
  recorderMetric({
    name: 'halfopen_recorder_namespaces',
    type: 'gauge',
    unit: 'namespaces',
    labels: [],
    help: 'Network namespaces seen in the last full second.',
    reading: 'The host is one of them.',
    asks: 'How many namespaces are watched?',
    read: ({ namespaces }) => [{ labels: {}, value: namespaces.seen }],
  }),
]);
