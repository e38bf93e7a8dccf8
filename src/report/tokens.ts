/** Colours by their meaning, for light and for dark: of pages that are printed and of the console. */

export const lightTokens = `  --page: #fafaf9; --ink: #1c1e21; --soft: #5b6068; --line: #e3e5e8; --code: #f2f3f4;
  --accent: #33618f; --calm: #cbd7e4; --grid: #eceef0; --edge: #6f8dad; --limit: #3a3e44;
  --loss: #b3261e; --loss-fill: #dd6158; --pressure: #8a5a00; --pressure-fill: #e7b95c;`;

export const darkTokens = `    --page: #141619; --ink: #e4e6e9; --soft: #a0a6ae; --line: #2d3137; --code: #262a2f;
    --accent: #8db4dc; --calm: #34485d; --grid: #262a2f; --edge: #7f9fc1; --limit: #c9cdd3;
    --loss: #ff8f85; --loss-fill: #b8493f; --pressure: #e6b65f; --pressure-fill: #8b6a2c;`;
