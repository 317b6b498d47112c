package resnet4j.train;

import resnet4j.tensor.Device;

/** What a task is worked on with: its numbers do not depend on the threads that prepare batches. */
public record Machine(Device device, int loaderThreads) {}
