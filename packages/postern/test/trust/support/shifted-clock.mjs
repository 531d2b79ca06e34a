// Sets the clock of a process, and of its threads, before or after the time: `TEST_CLOCK_MS=-86400000 node --import <this file> …`.
// Timers go on as they do.
const shiftMs = Number(process.env["TEST_CLOCK_MS"] ?? 0);

if (shiftMs !== 0) {
  const now = Date.now.bind(Date);
  const Original = Date;
  globalThis.Date = /** @type {DateConstructor} */ (
    /** @type {unknown} */ (
      class extends Original {
        /** @param {any[]} given */
        constructor(...given) {
          // @ts-expect-error -- the constructor has several forms, and all of them are passed on
          super(...(given.length === 0 ? [now() + shiftMs] : given));
        }

        /** @override */
        static now() {
          return now() + shiftMs;
        }
      }
    )
  );
}
