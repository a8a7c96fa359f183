package io.nurs.netlink.nftables;

import io.nurs.netlink.Capture;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What tests read of the views, as text; and the messages recorded from a kernel. */
final class NftablesViews {
    static final List<String> NAMES = List.of(
            "new-table",
            "new-chain",
            "new-counter",
            "new-quota",
            "new-set",
            "new-element",
            "new-map",
            "new-map-element",
            "new-rule",
            "new-generation",
            "delete-element",
            "delete-rule",
            "delete-table",
            "trace-rule",
            "trace-jump",
            "trace-return",
            "trace-policy");

    private NftablesViews() {}

    static byte[] read(String name) {
        return Capture.read("nftables/" + name + ".hex");
    }

    static List<byte[]> all() {
        return NAMES.stream().map(NftablesViews::read).toList();
    }

    /** What happened to what, without numbers that differ from run to run. */
    static String event(NftablesMessage change) {
        String what = (change.isRemoved() ? "delete " : "add ") + change.kind();
        return switch (change.kind()) {
            case TABLE -> what + " " + change.table();
            case CHAIN, RULE -> what + " " + change.table() + " " + change.chain();
            case SET, ELEMENTS, OBJECT, FLOWTABLE -> what + " " + change.table() + " " + change.name();
            case GENERATION -> what + " " + change.processName();
        };
    }

    static List<String> expressions(NftablesMessage rule) {
        List<String> names = new ArrayList<>();
        for (NftablesExpressions walk = rule.expressions(); walk.next(); ) {
            names.add(walk.name());
        }
        return names;
    }

    static List<String> elements(NftablesMessage message) {
        List<String> elements = new ArrayList<>();
        for (NftablesElements walk = message.elements(); walk.next(); ) {
            elements.add("%s%s%s%s %d/%d \"%s\""
                    .formatted(
                            HexFormat.of().formatHex(walk.key()),
                            walk.isIntervalEnd() ? " end" : "",
                            walk.isCatchAll() ? " catch-all" : "",
                            walk.hasVerdict() ? " : " + walk.verdict() + " " + walk.verdictChain() : "",
                            walk.timeoutMillis(),
                            walk.expirationMillis(),
                            walk.comment()));
        }
        return elements;
    }

    /** Reads all that there is; what it is does not matter. */
    static void touch(Object view) {
        switch (view) {
            case NftablesMessage change -> touch(change);
            case NftablesTrace trace -> touch(trace);
            default -> {}
        }
    }

    private static void touch(NftablesMessage change) {
        event(change);
        elements(change);
        for (NftablesElements walk = change.elements(); walk.next(); ) {
            walk.data();
            walk.keyEnd();
            walk.object();
        }
        for (NftablesExpressions walk = change.expressions(); walk.next(); ) {
            walk.name();
            walk.is("counter");
            for (int type = 0; type < 9; type++) {
                walk.number(type, 0);
                walk.u64(type);
                walk.string(type);
                walk.value(type);
                walk.verdict(type, 0);
                walk.verdictChain(type);
            }
        }
        change.comment();
        change.device();
        change.chainType();
        numbers(change);
    }

    static long numbers(NftablesMessage change) {
        long sum = change.handle() + change.flags() + change.uses() + change.hook() + change.priority();
        sum += change.policy() + change.position() + change.keyType() + change.keyLength() + change.dataType();
        sum += change.dataLength() + change.timeoutMillis() + change.objectType() + change.counterPackets();
        sum += change.counterBytes() + change.quotaBytes() + change.quotaConsumedBytes() + change.quotaFlags();
        sum += change.generation() + change.processId() + change.family() + change.causedBy();
        return sum + (change.isBaseChain() || change.isDumped() || change.hasCounter() || change.hasQuota() ? 1 : 0);
    }

    private static void touch(NftablesTrace trace) {
        trace.table();
        trace.chain();
        trace.jumpTarget();
        numbers(trace);
        for (long at = 0; at < trace.linkHeaderLength(); at++) {
            trace.memory().get(Octets.U8, trace.linkHeaderOffset() + at);
        }
        for (long at = 0; at < trace.networkHeaderLength(); at++) {
            trace.memory().get(Octets.U8, trace.networkHeaderOffset() + at);
        }
        for (long at = 0; at < trace.transportHeaderLength(); at++) {
            trace.memory().get(Octets.U8, trace.transportHeaderOffset() + at);
        }
    }

    static long numbers(NftablesTrace trace) {
        long sum = trace.family() + trace.type() + trace.ruleHandle() + trace.verdict() + trace.policy() + trace.id();
        sum += trace.protocolFamily() + trace.mark() + trace.inputInterface() + trace.inputInterfaceType();
        sum += trace.outputInterface() + trace.outputInterfaceType() + trace.conntrackId();
        sum += trace.conntrackDirection() + trace.conntrackStatus() + trace.conntrackState();
        return sum + (trace.hasVerdict() || trace.hasPolicy() || trace.hasConntrack() ? 1 : 0);
    }
}
