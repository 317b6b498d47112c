package resnet4j.export;

/** How far an exported network's answers are from its own. */
public interface ExportCheck {
    /** Whether they are as near as other orders of summation allow. @param eightBits whether sums are rounded to eight bits */
    boolean passed(boolean eightBits);

    /** For people, after "ONNX Runtime against libtorch". */
    String words();
}
