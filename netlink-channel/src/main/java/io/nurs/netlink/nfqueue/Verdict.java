package io.nurs.netlink.nfqueue;

/** What is to become of a packet: numbers for {@link NfqueueVerdicts}, from linux/netfilter.h. NF_STOLEN is refused with EINVAL. */
public final class Verdict {
    public static final int NF_DROP = 0;
    /** On to the next rule set. */
    public static final int NF_ACCEPT = 1;

    private static final int NF_QUEUE = 3;
    /** Through the rules of the same hook once more: give it a mark that its rule does not match, or it comes back for ever. */
    public static final int NF_REPEAT = 4;
    /** As NF_ACCEPT, and past the rule sets of the same hook that would follow. */
    public static final int NF_STOP = 5;

    private static final int NF_VERDICT_FLAG_QUEUE_BYPASS = 0x8000;
    private static final int NF_VERDICT_QBITS = 16;

    private Verdict() {}

    /** On to another queue, where it waits again; dropped if nobody has that. */
    public static int queue(int number) {
        return number << NF_VERDICT_QBITS | NF_QUEUE;
    }

    /** On to another queue, or as NF_ACCEPT if nobody has that. */
    public static int queueOrAccept(int number) {
        return queue(number) | NF_VERDICT_FLAG_QUEUE_BYPASS;
    }
}
