package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.totals.ChildJvm;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.IanaElements;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole processes with a spool: killed while a backlog waits and while it is sent, and without disk. */
class SpoolProcessTest {
    private static final int RECORDS = 40_000;

    @TempDir
    Path directory;

    private Program start(int port, int records) throws Exception {
        List<String> command = ChildJvm.command(SpoolProgram.class);
        command.addAll(List.of(directory.toString(), Integer.toString(port), Integer.toString(records)));
        return Program.start(command);
    }

    @Test
    void kill9LosesNoMoreThanOneBatchWhichIsCounted() throws Exception {
        int port = RecordingCollector.freePort();
        kill(port, RECORDS);
        List<Long> read = new ArrayList<>();
        long doubt;
        try (UdpCollector collector = new UdpCollector(port)) {
            // Sends a part of what the first one left, and is killed too.
            try (Program second = start(port, 0)) {
                Wait.until("a part", () -> collector.received() > 200);
                second.signal("KILL");
                second.exitCode();
            }
            try (Program third = start(port, 0)) {
                third.waitForOutput("backlog 0 down false");
                doubt = number(third.output(), "doubt (\\d+)");
                Wait.until(
                        "the last", () -> !collector.messages().isEmpty() && last(collector.messages()) == RECORDS - 1);
            }
            collector
                    .messages()
                    .forEach(message -> message.records()
                            .forEach(record -> read.add(record.unsigned(IanaElements.octetDeltaCount))));
        }
        long missingMessages = 0;
        for (int i = 1; i < read.size(); i++) {
            long gap = read.get(i) - read.get(i - 1) - 1;
            assertTrue(gap >= 0, read.get(i) + " after " + read.get(i - 1));
            missingMessages += gap == 0 ? 0 : 1 + gap / 30;
        }
        System.out.println(
                "killed in a replay: " + doubt + " messages in doubt, about " + missingMessages + " missing");
        assertTrue(doubt <= 64, doubt + " in doubt");
        assertTrue(missingMessages <= doubt, missingMessages + " missing");
        // In flight when the collector was found to be away.
        assertTrue(read.getFirst() <= 60, "begins with " + read.getFirst());
    }

    private void kill(int port, int records) throws Exception {
        try (Program first = start(port, records)) {
            first.waitForOutput("down true");
            Thread.sleep(300);
            first.signal("KILL");
            first.exitCode();
        }
    }

    private static long last(List<DecodedMessage> messages) {
        return messages.getLast().records().isEmpty()
                ? -1
                : messages.getLast().records().getLast().unsigned(IanaElements.octetDeltaCount);
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), text);
        return Long.parseLong(matcher.group(1));
    }

    /** On a tmpfs of 1 MiB in a mount namespace. */
    @Test
    @Tag("netns")
    void aFullDiskCostsCountedMessagesAndSaysSo() throws Exception {
        Requires.root();
        Requires.tools("unshare", "mount");
        int port = RecordingCollector.freePort();
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\" \"$0\" " + port + " " + RECORDS,
                directory.toString()));
        command.addAll(ChildJvm.command(SpoolProgram.class));
        try (Program full = Program.start(command)) {
            full.waitForOutput("down true");
            String text = full.output();
            assertTrue(text.contains("No space left on device; make room there; "), text);
            long dropped = number(text, "dropped (\\d+) of");
            assertTrue(dropped > 0, text);
            try (UdpCollector collector = new UdpCollector(port)) {
                full.waitForOutput("backlog 0 down false");
                List<Long> read = new ArrayList<>();
                Wait.until("messages", () -> collector.received() > 100);
                Thread.sleep(300);
                collector
                        .messages()
                        .forEach(message -> message.records()
                                .forEach(record -> read.add(record.unsigned(IanaElements.octetDeltaCount))));
                for (int i = 1; i < read.size(); i++) {
                    assertTrue(read.get(i) > read.get(i - 1));
                }
                assertEquals(RECORDS - read.getFirst(), read.size() + dropped);
            }
        }
    }
}
