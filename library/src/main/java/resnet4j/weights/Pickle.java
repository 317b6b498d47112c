package resnet4j.weights;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A pickle machine that builds plain data and runs nothing. It knows the opcodes that tensors and containers need and
 * hands every global to {@link Globals}, which refuses by name what it does not know.
 *
 * <p>Python's values become: None {@code null}; int {@link Long}, or {@link BigInteger} beyond 64 bits; float
 * {@link Double}; str {@link String}; bytes {@link ByteBuffer}; list, tuple and set {@link List}; dict {@link Map}.
 * Opcodes are those of <a href="https://docs.python.org/3/library/pickletools.html">pickletools</a>.
 */
final class Pickle {
    /** What the world outside the pickle gives it; all refuse with {@link Malformed} what they do not know. */
    interface Globals {
        /**
         * What stands for the class or function {@code name}, such as {@code collections.OrderedDict}: an {@link Inert}
         * for what is of no use here and harmless.
         */
        Object find(String name) throws IOException;

        /** What calling {@code global}, which {@link #find} gave, returns. */
        Object call(Object global, List<?> arguments) throws IOException;

        /** What stands for an object kept outside the pickle. */
        Object persistent(Object id) throws IOException;
    }

    private final PickleInput in;
    private final Globals globals;
    private final Budget budget;
    private final ArrayList<Object> stack = new ArrayList<>();
    private final ArrayList<Integer> marks = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Pickle(PickleInput in, Globals globals, Budget budget) {
        this.in = in;
        this.globals = globals;
        this.budget = budget;
    }

    /** The value of the pickle at the position of {@code in}, which moves behind it. */
    static Object read(ByteBuffer in, Globals globals, Budget budget) throws IOException {
        var pickle = new Pickle(new PickleInput(in, budget), globals, budget);
        while (pickle.step()) {}
        return pickle.pop();
    }

    /** Runs one opcode; false after the last. */
    private boolean step() throws IOException {
        int at = in.position();
        char opcode = (char) (in.need(1).get() & 0xff);
        switch (opcode) {
            case '.' -> { // STOP
                return false;
            }
            case 0x80 -> { // PROTO
                int protocol = in.unsignedByte();
                if (protocol > 5) throw new Malformed("expected pickle protocol 0 to 5, got " + protocol);
            }
            case 0x95 -> in.need(8).getLong(); // FRAME: a hint for readers of streams

            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) in.unsignedByte());
            case 'M' -> push((long) (in.need(2).getShort() & 0xffff));
            case 'J' -> push((long) in.need(4).getInt());
            case 0x8a -> push(in.littleEndianInteger(in.unsignedByte()));
            case 'I' -> push(in.integerLine());
            case 'L' -> push(in.integerLine());
            case 'G' ->
                push(Double.longBitsToDouble(Long.reverseBytes(in.need(8).getLong())));
            case 'F' -> push(in.doubleLine());
            case 'X' -> push(in.string(in.unsignedInt()));
            case 0x8c -> push(in.string(in.unsignedByte()));
            case 0x8d -> push(in.string(in.need(8).getLong()));
            case 'T' -> push(in.string(in.need(4).getInt())); // Python 2's str, as text
            case 'U' -> push(in.string(in.unsignedByte()));
            case 'V' -> push(in.line());
            case 'B' -> push(in.bytes(in.unsignedInt()));
            case 'C' -> push(in.bytes(in.unsignedByte()));
            case 0x8e, 0x96 -> push(in.bytes(in.need(8).getLong()));

            case '(' -> {
                budget.take(Budget.OBJECT);
                marks.add(stack.size());
            }
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> {
                Object top = pop();
                push(top);
                push(top);
            }

            case ']', 0x8f -> push(new ArrayList<>(0)); // list, set
            case 'l' -> push(popToMark());
            case 'a' -> {
                Object item = pop();
                list().add(item);
            }
            case 'e', 0x90 -> {
                List<Object> items = popToMark();
                list().addAll(items);
            }
            case ')' -> push(List.of());
            case 't', 0x91 -> push(Collections.unmodifiableList(popToMark())); // tuple, frozenset
            case 0x85 -> push(popTuple(1));
            case 0x86 -> push(popTuple(2));
            case 0x87 -> push(popTuple(3));
            case '}' -> push(new LinkedHashMap<>(0));
            case 'd' -> {
                List<Object> items = popToMark();
                var map = new LinkedHashMap<Object, Object>();
                putAll(map, items);
                push(map);
            }
            case 's' -> {
                List<Object> items = popTuple(2);
                putAll(map(), items);
            }
            case 'u' -> {
                List<Object> items = popToMark();
                putAll(map(), items);
            }

            case 'c' -> {
                String module = in.line();
                push(globals.find(module + "." + in.line()));
            }
            case 0x93 -> { // STACK_GLOBAL
                List<Object> names = popTuple(2);
                String module = as(String.class, names.get(0), "a module's name");
                push(globals.find(module + "." + as(String.class, names.get(1), "a global's name")));
            }
            case 'R', 0x81 -> call(pop()); // REDUCE, NEWOBJ
            case 0x92 -> { // NEWOBJ_EX, with arguments by name
                pop();
                call(pop());
            }
            case 'b' -> build(pop());
            case 'Q' -> push(globals.persistent(pop()));

            case 'p' -> remember(in.integerLine());
            case 'q' -> remember((long) in.unsignedByte());
            case 'r' -> remember(in.unsignedInt());
            case 0x94 -> remember((long) memo.size());
            case 'g' -> push(recall(in.integerLine()));
            case 'h' -> push(recall((long) in.unsignedByte()));
            case 'j' -> push(recall(in.unsignedInt()));

            default ->
                throw new Malformed(String.format(
                        Locale.ROOT,
                        "expected a pickle of tensors and plain containers, got opcode 0x%02x%s at byte %d",
                        (int) opcode,
                        REFUSED.getOrDefault((int) opcode, ""),
                        at));
        }
        return true;
    }

    /** Names of opcodes that exist and are refused. */
    private static final Map<Integer, String> REFUSED = Map.of(
            (int) 'i',
            " (INST, which creates an object)",
            (int) 'o',
            " (OBJ, which creates an object)",
            (int) 'P',
            " (PERSID)",
            (int) 'S',
            " (STRING)",
            0x82,
            " (EXT1)",
            0x83,
            " (EXT2)",
            0x84,
            " (EXT4)",
            0x8b,
            " (LONG4)",
            0x97,
            " (NEXT_BUFFER)");

    private void call(Object arguments) throws IOException {
        List<?> tuple = as(List.class, arguments, "a tuple of arguments");
        Object called = pop();
        push(called instanceof Inert inert ? new Inert(inert.name) : globals.call(called, tuple));
    }

    /** What a dictionary or an inert object carries besides: state dicts versions, which nobody needs here. */
    private void build(Object state) throws IOException {
        Object object = top();
        if (object instanceof Inert) return;
        if (object instanceof Attributes attributes && state instanceof Map<?, ?> map) {
            budget.take((long) Budget.OBJECT * map.size());
            attributes.values.putAll(map);
        } else if (!(object instanceof Attributes || object instanceof Map)) {
            throw new Malformed("expected attributes of a dictionary, got some of " + kind(object));
        }
    }

    /** An object of which only its attributes matter, such as {@code argparse.Namespace}. */
    record Attributes(Map<Object, Object> values) {
        Attributes() {
            this(new LinkedHashMap<>());
        }

        @Override
        public String toString() {
            return "an object";
        }
    }

    /** Something harmless that nobody needs here: a class, or what a call of it would have made. Never equal to another. */
    static final class Inert {
        final String name;

        Inert(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    // --- stack and memo

    private void push(Object value) throws Malformed {
        budget.take(Budget.OBJECT);
        stack.add(value);
    }

    private int floor() {
        return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    }

    private Object top() throws Malformed {
        if (stack.size() <= floor()) throw new Malformed("the pickle takes more than it gave; it is damaged");
        return stack.get(stack.size() - 1);
    }

    private Object pop() throws Malformed {
        Object top = top();
        stack.remove(stack.size() - 1);
        return top;
    }

    private List<Object> popToMark() throws Malformed {
        if (marks.isEmpty()) throw new Malformed("the pickle takes more than it gave; it is damaged");
        int mark = marks.remove(marks.size() - 1);
        return popTuple(stack.size() - mark);
    }

    private List<Object> popTuple(int n) throws Malformed {
        if (stack.size() - n < floor()) throw new Malformed("the pickle takes more than it gave; it is damaged");
        List<Object> top = stack.subList(stack.size() - n, stack.size());
        budget.take(Budget.OBJECT + 8L * n);
        var items = new ArrayList<>(top);
        top.clear();
        return items;
    }

    private void remember(long index) throws Malformed {
        budget.take(Budget.OBJECT);
        memo.put(memoIndex(index), top());
    }

    private Object recall(long index) throws Malformed {
        if (!memo.containsKey(memoIndex(index)))
            throw new Malformed("the pickle recalls entry " + index + ", which it never kept");
        return memo.get((int) index);
    }

    private static int memoIndex(long index) throws Malformed {
        if (index < 0 || index > Integer.MAX_VALUE) throw new Malformed("expected a pickle memo index, got " + index);
        return (int) index;
    }

    // --- containers

    @SuppressWarnings("unchecked")
    private List<Object> list() throws Malformed {
        if (top() instanceof ArrayList<?> list) return (List<Object>) list;
        if (top() instanceof Inert) return new ArrayList<>();
        throw new Malformed("the pickle appends to " + kind(top()) + ", expected a list");
    }

    @SuppressWarnings("unchecked")
    private Map<Object, Object> map() throws Malformed {
        if (top() instanceof LinkedHashMap<?, ?> map) return (Map<Object, Object>) map;
        if (top() instanceof Inert) return new LinkedHashMap<>();
        throw new Malformed("the pickle sets items of " + kind(top()) + ", expected a dictionary");
    }

    private void putAll(Map<Object, Object> map, List<Object> items) throws Malformed {
        if (items.size() % 2 != 0) throw new Malformed("the pickle has a dictionary key without a value");
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            budget.take(Budget.OBJECT);
            // no containers: hashing nested tuples can take forever
            boolean plain = key == null || key instanceof String || key instanceof Number || key instanceof Boolean;
            map.put(plain ? key : new Inert(kind(key)), items.get(i + 1));
        }
    }

    // --- checked casts, for the readers of values

    /** {@code value} as a {@code type}, or a sentence that expects {@code what}. */
    static <T> T as(Class<T> type, Object value, String what) throws Malformed {
        if (type.isInstance(value)) return type.cast(value);
        throw new Malformed("expected " + what + " in the pickle, got " + kind(value));
    }

    /** What kind of thing {@code value} is, in Python's words where it has some. */
    static String kind(Object value) {
        if (value == null) return "None";
        if (value instanceof String) return "a string";
        if (value instanceof Long || value instanceof BigInteger) return "an integer";
        if (value instanceof Double) return "a float";
        if (value instanceof Boolean) return "a boolean";
        if (value instanceof ByteBuffer) return "bytes";
        if (value instanceof List) return "a list or tuple";
        if (value instanceof Map) return "a dictionary";
        return value.toString();
    }
}
