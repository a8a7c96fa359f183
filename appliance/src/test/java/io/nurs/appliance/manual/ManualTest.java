package io.nurs.appliance.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.command.Nursd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class ManualTest {
    @Test
    void namesEveryCommandAndOption() throws IOException {
        String page = Manual.command(reference());
        Collection<CommandLine> commands = Nursd.commandLine().getSubcommands().values();
        assertTrue(commands.size() > 8, () -> commands.size() + " commands");
        for (CommandLine command : commands) {
            if (command.getCommandSpec().usageMessage().hidden()) {
                continue;
            }
            assertTrue(page.contains("\n.SS " + command.getCommandName() + "\n"), command::getCommandName);
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertTrue(page.contains("\\fB" + Roff.escaped(option.longestName()) + "\\fR"), option::longestName);
            }
        }
    }

    @Test
    void explainsEveryKeyOfTheReference() throws IOException {
        String reference = reference();
        List<String> keys = Pattern.compile("(?m)^\\| (?:↳ )?`([a-z0-9-]+)` \\|")
                .matcher(reference)
                .results()
                .map(row -> row.group(1))
                .toList();
        String page = Manual.configuration(reference);

        assertTrue(keys.size() > 60, keys::toString);
        for (String key : keys) {
            assertTrue(page.contains(".TP\n\\fB" + Roff.escaped(key) + "\\fR\n"), key);
        }
    }

    @Test
    void writesMarkdownAsRoff() {
        Roff page = new Roff("x", 5, "s", "m");
        new Markdown(page, heading -> !heading.equals("Not this")).write("""
                # Title

                First line
                of `a-b` and **bold**, see [there](there.md).

                ## Not this

                Hidden.

                ## Keys `type: x`

                | Key | Type | Default | Meaning |
                |---|---|---|---|
                | `a` | number | `1` | what it is |
                | ↳ `b` | text | **required** | |

                - one
                  and more
                - .two

                ```yaml
                'a': \\b
                ```
                """);
        assertEquals("""
                .TH "X" 5 "" "s" "m"
                .nr HY 0
                .nh
                .ad l
                .PP
                First line of \\fBa\\-b\\fR and \\fBbold\\fR, see there.
                .SH KEYS TYPE: X
                .TP
                \\fBa\\fR
                number; default \\fB1\\fR:
                what it is
                .RS
                .TP
                \\fBb\\fR
                text; \\fBrequired\\fR
                .RE
                .IP \\(bu 2
                one and more
                .IP \\(bu 2
                \\&.two
                .PP
                .RS 4
                .EX
                \\(aqa\\(aq: \\eb
                .EE
                .RE
                """, page.toString());
    }

    private static String reference() throws IOException {
        return Files.readString(Path.of("docs/configuration.md"));
    }
}
