package resnet4j.tensor;

import org.bytedeco.pytorch.global.torch;

/** Where tensors live and work is done: the CPU, or one CUDA GPU. */
public record Device(boolean cuda, int index) {
    public static final Device CPU = new Device(false, 0);

    /** Reads {@code auto}, {@code cpu} or {@code cuda:N}; {@code auto} is the first GPU that there is, or the CPU. */
    public static Device parse(String text) {
        if (text.equals("cpu")) return CPU;
        int gpus = Engine.cudaDevices();
        if (text.equals("auto")) return gpus > 0 ? new Device(true, 0) : CPU;
        if (!text.matches("cuda(:\\d{1,3})?"))
            throw new IllegalArgumentException("device: expected auto, cpu or cuda:N, got " + text);
        int index = text.length() > 5 ? Integer.parseInt(text.substring(5)) : 0;
        if (index >= gpus)
            throw new IllegalArgumentException("device: " + text + " was asked for, and this machine with these natives"
                    + " has " + gpus + " CUDA devices; use --device cpu, or build with -Pgpu (docs/gpu.md)");
        return new Device(true, index);
    }

    /** For tensors, whose class has seen to the natives; a device itself is a value that needs none. */
    org.bytedeco.pytorch.Device handle() {
        return cuda
                ? new org.bytedeco.pytorch.Device(torch.DeviceType.CUDA, (byte) index)
                : new org.bytedeco.pytorch.Device(torch.DeviceType.CPU);
    }

    @Override
    public String toString() {
        return cuda ? "cuda:" + index : "cpu";
    }
}
