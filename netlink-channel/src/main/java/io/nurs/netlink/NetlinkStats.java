package io.nurs.netlink;

/**
 * What went through one channel. Written by its event loop alone; other threads may read it and see a value that is a
 * moment old.
 */
public final class NetlinkStats {
    long datagrams;
    long bytes;
    long messages;
    long overruns;
    long truncatedDatagrams;
    long foreignDatagrams;
    long malformedMessages;
    long unknownMessages;

    /** Datagrams received from the kernel and handed on. */
    public long datagrams() {
        return datagrams;
    }

    /** Their octets, netlink headers included. */
    public long bytes() {
        return bytes;
    }

    /** Netlink messages found in them, control messages included. */
    public long messages() {
        return messages;
    }

    /** ENOBUFS episodes, each of which may stand for any number of lost events. */
    public long overruns() {
        return overruns;
    }

    /** Datagrams longer than a slot, dropped whole. */
    public long truncatedDatagrams() {
        return truncatedDatagrams;
    }

    /** Datagrams from another process, dropped. */
    public long foreignDatagrams() {
        return foreignDatagrams;
    }

    /** Messages dropped because a length in them was impossible. */
    public long malformedMessages() {
        return malformedMessages;
    }

    /** Well-formed messages of a type that the pipeline does not know, dropped. */
    public long unknownMessages() {
        return unknownMessages;
    }

    /** For decoders of one family. */
    public void countMalformed() {
        malformedMessages++;
    }

    /** For decoders of one family. */
    public void countUnknown() {
        unknownMessages++;
    }
}
