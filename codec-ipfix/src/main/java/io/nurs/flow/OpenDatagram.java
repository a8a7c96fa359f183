package io.nurs.flow;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The datagram being filled: the message header's room, then sets, each of them a header, records of one kind and
 * padding to four octets, which is left out where a reader could take it for another record.
 *
 * <p>A record is first written at {@link #place} and then counted by {@link #add}, so that a field writer that throws
 * leaves no trace.
 */
final class OpenDatagram {
    /** Id and length, 16 bits each. RFC 3954 §5.2, RFC 7011 §3.3.2 */
    static final int SET_HEADER_LENGTH = 4;

    /** Template id and a field count of 0, u16 each. RFC 7011 §8.1 */
    static final int WITHDRAWAL_LENGTH = 4;

    private static final int NO_SET = -1;
    private static final int ALIGNMENT = 4;

    private final int headerLength;

    /** A multiple of four: what fits, fits with its padding. */
    private int limit;

    /** Without sets, as in NetFlow v5, records stand one behind the other, with nothing between them. */
    private final boolean hasSets;

    private DatagramRing.@Nullable Slot slot;
    private int length;
    private int setId;
    private int setStart;
    private int setShortest;
    private int templates;
    private int records;
    private int optionRecords;
    private boolean refreshed;

    OpenDatagram(int headerLength, int maxBytes, boolean hasSets) {
        this.headerLength = headerLength;
        this.hasSets = hasSets;
        limitTo(maxBytes);
    }

    /** From now on; one that is longer already stays as it is, and takes nothing more. */
    final void limitTo(int maxBytes) {
        limit = maxBytes & -ALIGNMENT;
    }

    /** Octets that sets may fill, their headers and padding included. */
    int capacity() {
        return limit - headerLength;
    }

    boolean isOpen() {
        return slot != null;
    }

    boolean holdsAnything() {
        return isOpen() && length > headerLength;
    }

    void open(DatagramRing.Slot slot, boolean refreshed) {
        this.slot = slot;
        this.refreshed = refreshed;
        length = headerLength;
        setId = NO_SET;
        templates = 0;
        records = 0;
        optionRecords = 0;
    }

    void markRefreshed() {
        refreshed = true;
    }

    /** Whether it is part of a repetition of templates, or follows one. */
    boolean isRefreshed() {
        return refreshed;
    }

    /** Whether it is that, and no record of data is in it. */
    boolean isRepetitionAlone() {
        return refreshed && records == optionRecords;
    }

    MemorySegment memory() {
        return openSlot().memory;
    }

    /** Where the next record of this set goes, whether the set is open or has yet to be begun. */
    int place(int id) {
        return id == setId || !hasSets ? length : endOfSet() + SET_HEADER_LENGTH;
    }

    /** Padding has to be shorter than any record of its set, RFC 7011 §3.3.1: it is left out if it is not. */
    private int endOfSet() {
        int end = padded(length);
        return setId == NO_SET || end - length >= setShortest ? length : end;
    }

    boolean fits(int id, int octets) {
        return place(id) + octets <= limit;
    }

    /** Less than this is left for records, padding not counted. */
    int remaining() {
        return limit - length;
    }

    void addTemplate(int id, int octets) {
        add(id, octets, octets);
        templates++;
    }

    /** In a set of its own: one of templates has the same id, and is not to be mixed with it. */
    void addWithdrawal(int id, int templateId) {
        int at = place(id);
        BigEndian.putU16(memory(), at, templateId);
        BigEndian.putU16(memory(), at + 2, 0);
        add(id, WITHDRAWAL_LENGTH, WITHDRAWAL_LENGTH);
        closeSet();
    }

    void addRecord(Template<?> template, int octets) {
        add(template.id(), octets, template.recordLength());
        records++;
        if (template.isOptions()) {
            optionRecords++;
        }
    }

    /** @param shortest octets of the shortest record that the set may have */
    private void add(int id, int octets, int shortest) {
        int end = place(id) + octets;
        if (id != setId && hasSets) {
            closeSet();
            setId = id;
            setStart = length;
            setShortest = shortest;
            BigEndian.putU16(memory(), setStart, id);
        }
        length = end;
    }

    /** Whatever comes next begins a set, even if it is of the same kind. */
    void closeSet() {
        if (setId == NO_SET) {
            return;
        }
        int end = endOfSet();
        while (length < end) {
            BigEndian.putU8(memory(), length++, 0);
        }
        BigEndian.putU16(memory(), setStart + 2, end - setStart);
        setId = NO_SET;
    }

    /** Ends the last set: from here on only the message header is missing. */
    int seal() {
        closeSet();
        return length;
    }

    /** Template records, withdrawals not among them. */
    int templates() {
        return templates;
    }

    /** Data records, those of options included. */
    int records() {
        return records;
    }

    int optionRecords() {
        return optionRecords;
    }

    /** Hands the datagram's memory over; nothing is open afterwards. */
    DatagramRing.Slot detach() {
        DatagramRing.Slot detached = openSlot();
        slot = null;
        return detached;
    }

    private DatagramRing.Slot openSlot() {
        DatagramRing.Slot open = slot;
        if (open == null) {
            throw new IllegalStateException("no datagram is open");
        }
        return open;
    }

    /** What a set of one record of {@code octets} takes, padding included. */
    static int setLength(int octets) {
        return padded(SET_HEADER_LENGTH + octets);
    }

    static int padded(int octets) {
        return (octets + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
