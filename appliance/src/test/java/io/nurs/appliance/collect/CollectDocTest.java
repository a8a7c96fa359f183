package io.nurs.appliance.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CollectDocTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| .* \\|(.*)\\|$");

    /** Some are about one version alone, and their row cites what that one goes by. */
    private static final Set<ComplaintKind> NETFLOW9_ONLY = EnumSet.of(ComplaintKind.COUNT);

    private static final Set<ComplaintKind> IPFIX_ONLY =
            EnumSet.of(ComplaintKind.MESSAGE_LENGTH, ComplaintKind.TEMPLATE_CHANGED, ComplaintKind.WITHDRAWAL);

    private static String complaints() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("nurs.root", ".."), "appliance/docs/collect.md"));
        return text.substring(text.indexOf("## Complaints"));
    }

    @Test
    void eachComplaintHasOneRow() throws IOException {
        List<String> rows = ROW.matcher(complaints())
                .results()
                .map(row -> row.group(1))
                .sorted()
                .toList();
        assertEquals(
                Arrays.stream(ComplaintKind.values())
                        .map(ComplaintKind::toString)
                        .sorted()
                        .toList(),
                rows);
    }

    /** And names the documents and sections that the complaint itself names. */
    @ParameterizedTest
    @EnumSource
    void itsRowCitesWhatItCites(ComplaintKind kind) throws IOException {
        String cited = ROW.matcher(complaints())
                .results()
                .filter(row -> row.group(1).equals(kind.toString()))
                .map(row -> row.group(2))
                .findFirst()
                .orElseThrow();
        for (int version : new int[] {Version.NETFLOW9, Version.IPFIX}) {
            if (!(version == Version.IPFIX ? NETFLOW9_ONLY : IPFIX_ONLY).contains(kind)) {
                for (String rule : kind.rule(version).split(", ", -1)) {
                    assertTrue(cited.contains(rule), () -> rule + " is not in" + cited);
                }
            }
        }
    }
}
