package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import resnet4j.model.ModelFile;
import resnet4j.nn.Net;
import resnet4j.tensor.Device;

/** What a task is worked on with: its numbers do not depend on the threads that prepare batches. */
public record Machine(Device device, int loaderThreads) {
    /** The network, moved to the device and into the memory order that convolutions like. */
    public <N extends Net> N place(N net) {
        net.channelsLast();
        net.to(device);
        return net;
    }

    /** The model of a file, placed here. The caller closes it. */
    public ModelFile.Opened open(Path model) throws IOException {
        var opened = ModelFile.open(model);
        place(opened.net());
        return opened;
    }
}
