package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What stands in `back quotes` and looks like a name of the source is one. */
class DocumentedNamesTest {
    private static final Path ROOT = Path.of(System.getProperty("nurs.root", ".."));

    private static final List<String> MODULES =
            List.of("appliance", "codec-ipfix", "codec-netflow9", "netlink-channel");

    /** Names that look like types and are none: systemd's settings, and suffixes in the rules for names. */
    private static final Set<String> NO_TYPES = Set.of(
            "WatchdogSec",
            "TimeoutAbortSec",
            "TimeoutStopSec",
            "ExecReload",
            "RuntimeDirectoryPreserve",
            "Decoder",
            "Encoder",
            "Message",
            "Templates",
            "Config",
            "Util",
            "Manager",
            "Impl");

    private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|enum|record)\\s+([A-Z]\\w*)");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?[\\w.]*?([A-Z]\\w*)");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    /** {@code Type}, {@code Type.member}, {@code .member} of the type before; … stands for the rest. */
    private static final Pattern NAME = Pattern.compile("([A-Z]\\w*[a-z]\\w*)?((?:\\.[A-Za-z]\\w*)*)(…?)(?:\\(\\))?");

    private static final Pattern MEMBER = Pattern.compile("[a-z]+[A-Z]\\w*…?");

    /** Each type of ours, with the words of the files that declare one of its name. */
    private final Map<String, Set<String>> types = new HashMap<>();

    private final Set<String> words = new HashSet<>();
    private final Set<String> imported = new HashSet<>();
    private final List<String> missing = new ArrayList<>();

    @Test
    void everyNameInTheDocumentationExists() throws IOException {
        for (Path source : files("java", "src")) {
            readSource(Files.readString(source));
        }
        List<Path> documents = documents();
        for (Path document : documents) {
            check(document);
        }
        assertTrue(types.size() > 500 && documents.size() > 20, () -> types.size() + " types, " + documents);
        assertEquals(List.of(), missing);
    }

    @Test
    void aNameThatDoesNotExistIsFound() {
        readSource("import io.netty.channel.Channel; record Wire(int length) { static int version() { return 9; } }");
        for (String right : List.of(
                "`Wire`",
                "`Wire.version`",
                "`Wire.ver…`",
                "`Wire`, `.length`",
                "`Channel`",
                "`a b`",
                "`key-of-yaml`")) {
            check("doc", right);
        }
        assertEquals(List.of(), missing);
        List<String> wrong = List.of(
                "`Wires`",
                "`Wire.versions`",
                "`Wire.vex…`",
                "`Wire`, `.width`",
                "`Wire.VERSION`",
                "`Channels.of`",
                "`isWrong`");
        for (String name : wrong) {
            check("doc", name);
        }
        assertEquals(wrong.size(), missing.size(), missing::toString);
    }

    private void readSource(String text) {
        Set<String> here = new HashSet<>(all(WORD, text, 0));
        words.addAll(here);
        imported.addAll(all(IMPORT, text, 1));
        all(TYPE, text, 1)
                .forEach(type ->
                        types.computeIfAbsent(type, name -> new HashSet<>()).addAll(here));
    }

    private static List<String> all(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map(result -> result.group(group))
                .toList();
    }

    private void check(Path document) throws IOException {
        int number = 0;
        for (String line : Files.readString(document).split("\n", -1)) {
            number++;
            check(ROOT.relativize(document) + ":" + number, line);
        }
    }

    private void check(String place, String line) {
        String type = null;
        for (MatchResult quoted : QUOTED.matcher(line).results().toList()) {
            String name = quoted.group(1);
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                type = matcher.group(1) == null ? type : matcher.group(1);
                String members = matcher.group(2) + matcher.group(3);
                require(place, name, isType(matcher.group(1)) && hasMembers(type, members));
            } else if (MEMBER.matcher(name).matches()) {
                require(place, name, isOneOf(words, name));
            }
        }
    }

    private void require(String place, String name, boolean exists) {
        if (!exists) {
            missing.add(place + ": there is no " + name);
        }
    }

    private boolean isType(@Nullable String name) {
        return name == null || types.containsKey(name) || imported.contains(name) || NO_TYPES.contains(name);
    }

    /** Of a type that is not ours, nothing is known. */
    private boolean hasMembers(@Nullable String type, String members) {
        Set<String> known = type == null ? null : types.get(type);
        return known == null
                || Stream.of(members.split("\\."))
                        .filter(member -> !member.isEmpty())
                        .allMatch(member -> isOneOf(known, member));
    }

    private static boolean isOneOf(Set<String> known, String name) {
        return name.endsWith("…")
                ? known.stream().anyMatch(word -> word.startsWith(name.substring(0, name.length() - 1)))
                : known.contains(name);
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(files("md", "docs"));
        documents.add(ROOT.resolve("README.md"));
        documents.add(ROOT.resolve("CONTRIBUTING.md"));
        return documents;
    }

    private static List<Path> files(String extension, String folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String module : MODULES) {
            Path directory = ROOT.resolve(module).resolve(folder);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> all = Files.walk(directory)) {
                    all.filter(file -> file.toString().endsWith("." + extension))
                            .forEach(files::add);
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                }
            }
        }
        return files;
    }
}
