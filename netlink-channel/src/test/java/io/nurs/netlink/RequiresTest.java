package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class RequiresTest {
    private String before = "";

    @BeforeEach
    void remember() {
        before = System.getProperty("nurs.require", "");
    }

    @AfterEach
    void restore() {
        System.setProperty("nurs.require", before);
    }

    @Test
    void skipsATestByNameWhereSomethingIsMissing() {
        System.setProperty("nurs.require", "");
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        PrintStream err = System.err;
        System.setErr(new PrintStream(list, true, StandardCharsets.UTF_8));
        try {
            assertThrows(TestAbortedException.class, () -> Requires.tool("no-such-tool-anywhere"));
        } finally {
            System.setErr(err);
        }
        assertEquals(
                "SKIPPED: RequiresTest.skipsATestByNameWhereSomethingIsMissing needs the tool no-such-tool-anywhere",
                list.toString(StandardCharsets.UTF_8).strip());
    }

    @Test
    void failsItWhereAllIsRequired() {
        System.setProperty("nurs.require", "all");
        assertThrows(AssertionFailedError.class, () -> Requires.tool("no-such-tool-anywhere"));
    }

    @Test
    void passesWhereItIsThere() {
        System.setProperty("nurs.require", "all");
        Requires.tool("sh");
    }
}
