import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What takes longest begins first, so that the workers end together.
const PROJECTS = ['packaging', 'server', 'simulation', 'workerd', 'node', 'browser'];

/** All projects run side by side; within one, the files that took longest the last time come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
