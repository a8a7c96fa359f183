package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Turns YAML text into nodes that know their line and column, within bounds a hostile file cannot break. */
final class YamlText {
    static final int MAX_BYTES = 1 << 20;

    // The composer recurses per level: without a bound "[[[[…" overflows the stack. Our deepest key is on level 5.
    private static final int MAX_DEPTH = 16;

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setCodePointLimit(MAX_BYTES)
            .setMaxAliasesForCollections(50)
            .build();

    private YamlText() {}

    /** The one document in the text, or null after reporting why there is none. */
    static @Nullable YamlValue compose(String text, ConfigProblems problems) {
        try {
            if (isTooDeep(text, problems)) {
                return null;
            }
            Node root = new Composer(SETTINGS, parser(text)).getSingleNode().orElse(null);
            if (root == null) {
                problems.error(0, 0, "the file is empty; it needs stacks and exporters");
                return null;
            }
            return new YamlValue(root, "", problems);
        } catch (MarkedYamlEngineException e) {
            String context = e.getContext() == null ? "" : " " + e.getContext();
            problems.error(e.getProblemMark(), "", oneLine("not YAML: " + e.getProblem() + context));
        } catch (ReaderException e) {
            reportUnreadable(text, e, problems);
        } catch (YamlEngineException e) {
            problems.error(0, 0, oneLine("not YAML: " + e.getMessage()));
        }
        return null;
    }

    private static boolean isTooDeep(String text, ConfigProblems problems) {
        int depth = 0;
        for (Parser parser = parser(text); parser.hasNext(); ) {
            Event event = parser.next();
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                problems.error(event.getStartMark(), "", "nested more than " + MAX_DEPTH + " levels deep");
                return true;
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
        return false;
    }

    private static Parser parser(String text) {
        return new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text));
    }

    private static void reportUnreadable(String text, ReaderException e, ConfigProblems problems) {
        int end = text.offsetByCodePoints(0, Math.min(e.getPosition(), text.codePointCount(0, text.length())));
        String before = text.substring(0, end);
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        int column = before.length() - before.lastIndexOf('\n');
        problems.error(line, column, "character U+%04X is not allowed in YAML; remove it".formatted(e.getCodePoint()));
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s+", " ");
    }
}
