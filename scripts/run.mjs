import { spawn } from 'node:child_process';

/**
 * Runs a program with the terminal's own input and output.
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} [environment] added to this process's own
 * @returns {Promise<number>} its exit status; 1 if it could not be started or was killed
 */
export function run(program, parameters, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      stdio: 'inherit',
      env: { ...process.env, ...environment },
      shell: process.platform === 'win32',
    });
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (status) => resolve(status ?? 1));
  });
}

/**
 * Runs a script of package.json; leaves this process with its exit status if it fails.
 * @param {string} script
 * @param {readonly string[]} [parameters]
 * @param {NodeJS.ProcessEnv} [environment]
 */
export async function runScript(script, parameters = [], environment = {}) {
  const passed = parameters.length > 0 ? ['--', ...parameters] : [];
  const status = await run('npm', ['run', '--silent', script, ...passed], environment);
  if (status !== 0) {
    console.error(`npm run ${script} failed with status ${status}`);
    process.exit(status);
  }
}
