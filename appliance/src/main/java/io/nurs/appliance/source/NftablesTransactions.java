package io.nurs.appliance.source;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whose work a change of the rule set is. The kernel says that at the end of a transaction, behind its changes: until then
 * they wait here, as many as there is room for. All of the transaction's are told before its generation.
 *
 * <p>Generations have no gaps. Where there is one, messages were lost, the end of a transaction among them: whose the changes
 * are that wait, nobody knows any more.
 */
final class NftablesTransactions {
    private final int room;
    private final NftablesStats stats;
    private final Consumer<NftablesObservation> out;
    private final Deque<NftablesChange> waiting = new ArrayDeque<>();
    private long told;
    private @Nullable Integer generation;

    /**
     * Of no transaction as yet.
     *
     * @param room changes that may wait
     */
    NftablesTransactions(int room, NftablesStats stats, Consumer<NftablesObservation> out) {
        this.room = room;
        this.stats = stats;
        this.out = out;
    }

    void change(NftablesChange change) {
        if (change.causedBy() == 0) {
            // The kernel's own doing belongs to no transaction.
            tell(change, NftablesTransaction.NOBODY);
            return;
        }
        if (waiting.size() == room) {
            tell(waiting.remove(), NftablesTransaction.NOBODY);
            told++;
        }
        waiting.add(change);
    }

    /** The end of a transaction. */
    void generation(int number, int causedBy, int processId, String processName, long nowMillis) {
        Integer before = generation;
        // Unsigned, and never 0: net/netfilter/nf_tables_api.c
        int expected = before == null ? number : before == -1 ? 1 : before + 1;
        if (number != expected) {
            stats.missedTransactions += Integer.toUnsignedLong(number - expected);
            release();
        }
        generation = number;
        NftablesTransaction open = new NftablesTransaction(number, processId, processName, 0, nowMillis);
        long changes = told;
        for (NftablesChange change = waiting.poll(); change != null; change = waiting.poll()) {
            boolean its = change.causedBy() == causedBy;
            changes += its ? 1 : 0;
            tell(change, its ? open : NftablesTransaction.NOBODY);
        }
        told = 0;
        stats.transactions++;
        out.accept(new NftablesTransaction(number, processId, processName, changes, nowMillis));
    }

    /** Tells all that waits, because nobody is going to say whose it is. */
    void release() {
        for (NftablesChange change = waiting.poll(); change != null; change = waiting.poll()) {
            tell(change, NftablesTransaction.NOBODY);
        }
        told = 0;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    private void tell(NftablesChange change, NftablesTransaction author) {
        stats.changes++;
        if (author.equals(NftablesTransaction.NOBODY)) {
            stats.unattributed++;
        }
        out.accept(change.by(author));
    }
}
