package io.nurs.appliance.totals;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The preamble of a state file: a constant part with a checksum, words that change, the families of the chunks, and the
 * {@link Journal}'s entries. In the byte order of the machine, which the magic number shows.
 */
final class StateHeader {
    /** Raised with each change of this layout, of the slots' or of the journal's. */
    static final int VERSION = 1;

    private static final long MAGIC_NUMBER = 0x6e75_7273_746f_7461L;

    private static final long MAGIC = 0;
    private static final long LAYOUT_VERSION = 8;
    private static final long CHECKSUM = 12;
    private static final long CHECKED_FROM = 16;
    private static final long IPV4_SLOT_BYTES = 16;
    private static final long IPV6_SLOT_BYTES = 20;
    private static final long CHUNK_SLOTS = 24;
    private static final long JOURNAL_CAPACITY = 28;
    private static final long BOOT_HIGH = 32;
    private static final long BOOT_LOW = 40;
    private static final long NAMESPACE_INODE = 48;
    private static final long READER = 56;
    private static final long READERS = 60;
    private static final long CREATED_MILLIS = 64;
    private static final long FILTER_LENGTH = 72;
    private static final long FILTER = 80;
    private static final long CHECKED_TO = 1024;

    /** Checked words. */
    static final long LAST_USED_MILLIS = 1024;

    static final long CHUNKS = 1032;
    static final long JOURNAL_BEGIN = 1088;
    static final long JOURNAL_SENDING = 1096;
    static final long JOURNAL_END = 1104;

    /** u32, which a nurs before {@link #DEFAULTS_NOW} left 0: of when the exporters' defaults are that its operator knows. */
    private static final long DEFAULTS = 1536;

    /** 2: records of each direction, and IANA's elements, to collectors of IPFIX. Raised if a default changes what is sent. */
    private static final int DEFAULTS_NOW = 2;

    /** One octet a chunk. */
    private static final long FAMILIES = 4096;

    private static final int MAX_CHUNKS = 1 << 14;
    // No bit of one makes the other.
    private static final byte IPV4_CHUNK = 0x35;
    private static final byte IPV6_CHUNK = (byte) 0xca;

    static final long JOURNAL_ENTRIES = FAMILIES + MAX_CHUNKS;
    /** Whole pages. */
    static final long PREAMBLE_BYTES = JOURNAL_ENTRIES + (long) Journal.ENTRIES * Journal.ENTRY_BYTES;

    private final MemorySegment memory;

    StateHeader(MemorySegment preamble) {
        this.memory = preamble;
    }

    /** Writes the preamble of an empty table over zeros. */
    void write(StateIdentity identity, long createdMillis) {
        memory.set(SlotLayout.U64, MAGIC, MAGIC_NUMBER);
        memory.set(SlotLayout.U32, LAYOUT_VERSION, VERSION);
        memory.set(SlotLayout.U32, IPV4_SLOT_BYTES, SlotLayout.IPV4_BYTES);
        memory.set(SlotLayout.U32, IPV6_SLOT_BYTES, SlotLayout.IPV6_BYTES);
        memory.set(SlotLayout.U32, CHUNK_SLOTS, SlotChunks.CHUNK_SLOTS);
        memory.set(SlotLayout.U32, JOURNAL_CAPACITY, Journal.ENTRIES);
        memory.set(SlotLayout.U64, BOOT_HIGH, identity.boot().getMostSignificantBits());
        memory.set(SlotLayout.U64, BOOT_LOW, identity.boot().getLeastSignificantBits());
        memory.set(SlotLayout.U64, NAMESPACE_INODE, identity.namespaceInode());
        memory.set(SlotLayout.U32, READER, identity.reader());
        memory.set(SlotLayout.U32, READERS, identity.readers());
        memory.set(SlotLayout.U64, CREATED_MILLIS, createdMillis);
        byte[] filter = identity.filterOctets();
        memory.set(SlotLayout.U32, FILTER_LENGTH, filter.length);
        MemorySegment.copy(filter, 0, memory, SlotLayout.U8, FILTER, filter.length);
        memory.set(SlotLayout.U32, CHECKSUM, checksum());
        for (long word : new long[] {CHUNKS, JOURNAL_BEGIN, JOURNAL_SENDING, JOURNAL_END}) {
            CheckedWord.set(memory, word, 0);
        }
        used(createdMillis);
        takeUpDefaults();
    }

    /** Whether a nurs with other defaults wrote this file last; not any more when this returns. */
    boolean takeUpDefaults() {
        boolean differ = memory.get(SlotLayout.U32, DEFAULTS) != DEFAULTS_NOW;
        memory.set(SlotLayout.U32, DEFAULTS, DEFAULTS_NOW);
        return differ;
    }

    /** Why the preamble is not one to go on with, in a few words; null if it is. Chunks and journal are checked elsewhere. */
    @Nullable
    String objection(StateIdentity wanted) {
        String objection = objection();
        return objection == null ? objection(identity(), wanted) : objection;
    }

    /** Empty if the preamble is not one to go on with. */
    Optional<StateIdentity> soundIdentity() {
        return objection() == null ? Optional.of(identity()) : Optional.empty();
    }

    private @Nullable String objection() {
        if (memory.get(SlotLayout.U64, MAGIC) != MAGIC_NUMBER) {
            return "it is not a state file";
        }
        int version = memory.get(SlotLayout.U32, LAYOUT_VERSION);
        if (version != VERSION) {
            return "its layout is version " + version + ", this program's is " + VERSION;
        }
        if (memory.get(SlotLayout.U32, CHECKSUM) != checksum()) {
            return "it is torn: the header's checksum is wrong";
        }
        return hasOurSizes() && hasSoundWords() ? null : "it is torn: the header contradicts itself";
    }

    private static @Nullable String objection(StateIdentity found, StateIdentity wanted) {
        if (!found.boot().equals(wanted.boot())) {
            return "the machine has been started anew since";
        }
        if (found.namespaceInode() != wanted.namespaceInode()) {
            return "it belongs to network namespace " + found.namespaceInode() + ", this is " + wanted.namespaceInode();
        }
        if (found.reader() != wanted.reader() || found.readers() != wanted.readers()) {
            return "it belongs to reader " + found.reader() + " of " + found.readers() + ", this is " + wanted.reader()
                    + " of " + wanted.readers();
        }
        return found.markFilter().equals(wanted.markFilter())
                ? null
                : "it was made with mark filter \"" + found.markFilter() + "\", this is \"" + wanted.markFilter()
                        + "\"";
    }

    private boolean hasOurSizes() {
        return memory.get(SlotLayout.U32, IPV4_SLOT_BYTES) == SlotLayout.IPV4_BYTES
                && memory.get(SlotLayout.U32, IPV6_SLOT_BYTES) == SlotLayout.IPV6_BYTES
                && memory.get(SlotLayout.U32, CHUNK_SLOTS) == SlotChunks.CHUNK_SLOTS
                && memory.get(SlotLayout.U32, JOURNAL_CAPACITY) == Journal.ENTRIES;
    }

    private boolean hasSoundWords() {
        long chunks = CheckedWord.value(memory, CHUNKS);
        if (lastUsedMillis() < 0 || chunks < 0 || chunks > MAX_CHUNKS) {
            return false;
        }
        for (int chunk = 0; chunk < chunks; chunk++) {
            byte family = memory.get(SlotLayout.U8, FAMILIES + chunk);
            if (family != IPV4_CHUNK && family != IPV6_CHUNK) {
                return false;
            }
        }
        return Journal.isValid(memory, chunks * SlotChunks.CHUNK_SLOTS);
    }

    /** Of the constant part; call it only where that is known to be sound. */
    private StateIdentity identity() {
        byte[] filter = new byte[Math.min(memory.get(SlotLayout.U32, FILTER_LENGTH), StateIdentity.MAX_FILTER_BYTES)];
        MemorySegment.copy(memory, SlotLayout.U8, FILTER, filter, 0, filter.length);
        return new StateIdentity(
                new UUID(memory.get(SlotLayout.U64, BOOT_HIGH), memory.get(SlotLayout.U64, BOOT_LOW)),
                memory.get(SlotLayout.U64, NAMESPACE_INODE),
                memory.get(SlotLayout.U32, READER),
                memory.get(SlotLayout.U32, READERS),
                new String(filter, StandardCharsets.UTF_8));
    }

    private int checksum() {
        CRC32C crc = new CRC32C();
        crc.update(memory.asSlice(CHECKED_FROM, CHECKED_TO - CHECKED_FROM).asByteBuffer());
        return (int) crc.getValue();
    }

    long createdMillis() {
        return memory.get(SlotLayout.U64, CREATED_MILLIS);
    }

    long lastUsedMillis() {
        return CheckedWord.value(memory, LAST_USED_MILLIS);
    }

    void used(long millis) {
        CheckedWord.set(memory, LAST_USED_MILLIS, millis);
    }

    int chunks() {
        return (int) CheckedWord.value(memory, CHUNKS);
    }

    boolean isIpv6(int chunk) {
        return memory.get(SlotLayout.U8, FAMILIES + chunk) == IPV6_CHUNK;
    }

    boolean hasRoomForChunk() {
        return chunks() < MAX_CHUNKS;
    }

    /** Takes a chunk into the table, whose octets are in the file. */
    void addChunk(boolean ipv6, StoreOrder order) {
        int chunk = chunks();
        memory.set(SlotLayout.U8, FAMILIES + chunk, ipv6 ? IPV6_CHUNK : IPV4_CHUNK);
        order.fence();
        CheckedWord.set(memory, CHUNKS, chunk + 1L);
        order.fence();
    }

    /** How long a file with these chunks is. */
    long fileBytes() {
        long bytes = PREAMBLE_BYTES;
        for (int chunk = 0; chunk < chunks(); chunk++) {
            bytes += SlotChunks.chunkBytes(isIpv6(chunk));
        }
        return bytes;
    }
}
