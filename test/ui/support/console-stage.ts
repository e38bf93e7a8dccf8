import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { type FakeWorld, fakeWorld, type WorldOptions } from './fake-world.ts';
import { type Look, launch, type Watched, watchedPage } from './open-browser.ts';
import { type ConsoleOptions, type StartedConsole, startConsole } from './start-console.ts';

/** A recorder, its server and a browser, for the tests of one file. */
export class ConsoleStage {
  readonly world: FakeWorld;
  readonly browser: Browser;
  server: StartedConsole;
  readonly #folder: string;
  readonly #file: string;
  readonly #options: ConsoleOptions;

  private constructor(
    folder: string,
    file: string,
    world: FakeWorld,
    server: StartedConsole,
    browser: Browser,
    options: ConsoleOptions,
  ) {
    this.#folder = folder;
    this.#file = file;
    this.world = world;
    this.server = server;
    this.browser = browser;
    this.#options = options;
  }

  static async begin(world: WorldOptions = {}, options: ConsoleOptions = {}): Promise<ConsoleStage> {
    const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-ui-'));
    const file = path.join(folder, 'history.db');
    const recorded = await fakeWorld(file, world);
    const server = await startConsole(recorded.feed, file, options);
    return new ConsoleStage(folder, file, recorded, server, await launch(), options);
  }

  /** At the same address as before. */
  async startServerAgain(): Promise<void> {
    const port = Number(new URL(this.server.url).port);
    this.server = await startConsole(this.world.feed, this.#file, { ...this.#options, port });
  }

  async open(address: string, look: Look = {}): Promise<Watched> {
    const watched = await watchedPage(this.browser, look);
    await watched.page.goto(this.server.url + address);
    return watched;
  }

  async end(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    this.world[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
