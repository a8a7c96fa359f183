package io.nurs.appliance.totals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Fills a table until the disk is full, then uses it. Says in its last line what it found. */
public final class FullDiskProgram {
    private static final int FLOWS = 200_000;

    private FullDiskProgram() {}

    // The argument is a directory with little room.
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        StateIdentity identity = new StateIdentity(new UUID(1, 2), 1, 0, 1, "");
        EntryMessages messages = new EntryMessages();
        try (FlowTotals totals = FlowTotals.open(directory.resolve("totals"), identity, FLOWS)) {
            int inserted = 0;
            for (int i = 0; i < FLOWS; i++) {
                inserted += totals.insert(messages.of(Entry.udp(i, i)), 1, 1) == FlowTotals.NONE ? 0 : 1;
            }
            for (int i = 0; i < inserted; i++) {
                totals.report(totals.find(messages.of(Entry.udp(i, i))), 1, 2, 3, 4, 5);
                if (totals.needsSend()) {
                    totals.sent(totals.beginSending());
                }
            }
            totals.remove(totals.find(messages.of(Entry.udp(0, 0))));
            totals.sent(totals.beginSending());
            boolean again = totals.insert(messages.of(Entry.udp(-1, 1)), 1, 1) != FlowTotals.NONE;
            System.out.println("inserted " + inserted + ", refused " + (totals.refused() > 0) + ", again " + again);
        }
        try (FlowTotals totals = FlowTotals.open(directory.resolve("totals"), identity, FLOWS)) {
            System.out.println("resumed " + totals.size());
        }
        fill(directory.resolve("rest"));
        try (FlowTotals second = FlowTotals.open(directory.resolve("second"), identity, FLOWS)) {
            System.out.println("made " + second.size());
        } catch (StateFileException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream output = Files.newOutputStream(file)) {
            for (; ; ) {
                output.write(new byte[4096]);
            }
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            System.out.println("full");
        }
    }
}
