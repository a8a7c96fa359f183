package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A place in the file: what is there, the path of keys that leads to it, and where to report what is wrong with it. */
record YamlValue(Node node, String path, ConfigProblems problems) {

    void error(String message) {
        problems.error(node.getStartMark(), path, message);
    }

    void warning(String message) {
        problems.warning(node.getStartMark(), path, message);
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    boolean isText() {
        return node instanceof ScalarNode && !isEmpty();
    }

    /** The value as the parser makes it; null after reporting the parser's IllegalArgumentException, or that this is no text. */
    <T> @Nullable T parse(Function<String, T> parser) {
        if (!(node instanceof ScalarNode scalar) || isEmpty()) {
            wrongShape("one value");
            return null;
        }
        try {
            return parser.apply(scalar.getValue());
        } catch (IllegalArgumentException e) {
            error(String.valueOf(e.getMessage()));
            return null;
        }
    }

    @Nullable
    String text() {
        return parse(text -> text);
    }

    /** The keys below; null after reporting that there are none. */
    @Nullable
    YamlSection section() {
        if (node instanceof MappingNode mapping) {
            return new YamlSection(this, mapping);
        }
        wrongShape("keys and values");
        return null;
    }

    /** The items of a list; none after reporting that this is no list. */
    List<YamlValue> items() {
        List<YamlValue> items = new ArrayList<>();
        if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                items.add(new YamlValue(item, path + "[" + items.size() + "]", problems));
            }
        } else {
            wrongShape("a list");
        }
        return items;
    }

    private void wrongShape(String wanted) {
        if (isEmpty()) {
            error("empty; give it " + wanted + " or remove the key");
            return;
        }
        String found = switch (node) {
            case MappingNode mapping -> "keys and values";
            case SequenceNode sequence -> "a list (text that begins with [ needs quotes)";
            default -> "one value";
        };
        error("wants " + wanted + ", found " + found);
    }

    private boolean isEmpty() {
        return node instanceof ScalarNode scalar
                && scalar.isPlain()
                && List.of("", "~", "null").contains(scalar.getValue());
    }
}
