package resnet4j.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Frees every native object made inside it when closed. Nests; belongs to the thread that opened it. */
public final class NativeScope implements AutoCloseable {
    static {
        Engine.ready();
    }

    private final PointerScope pointers = new PointerScope();
    private final List<Tensor> kept = new ArrayList<>();

    /** Lets {@code tensor} outlive this scope: the enclosing scope owns it next, or the caller when there is none. */
    public Tensor keep(Tensor tensor) {
        kept.add(tensor.own());
        return tensor;
    }

    /** Takes {@code pointer} out of the scopes that are open: it lives until it is closed. */
    static <P extends Pointer> P own(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    @Override
    public void close() {
        pointers.close();
        var outer = PointerScope.getInnerScope();
        if (outer == null) return;
        for (var tensor : kept) {
            outer.attach(tensor.handle);
            tensor.close();
        }
    }

    /** Native objects alive in this process: equal before and after a piece of work, or the work leaks. */
    public static long liveObjects() {
        return Pointer.totalCount();
    }
}
