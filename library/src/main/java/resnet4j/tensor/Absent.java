package resnet4j.tensor;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LayoutOptional;

/** Arguments that are not given; they live as long as the process. */
final class Absent {
    static final LayoutOptional LAYOUT = NativeScope.own(new LayoutOptional());
    static final DeviceOptional DEVICE = NativeScope.own(new DeviceOptional());
    static final BoolOptional FLAG = NativeScope.own(new BoolOptional());

    private Absent() {}
}
