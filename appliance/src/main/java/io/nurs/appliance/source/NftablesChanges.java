package io.nurs.appliance.source;

import io.nurs.netlink.nftables.NftablesAttribute;
import io.nurs.netlink.nftables.NftablesElementText;
import io.nurs.netlink.nftables.NftablesElements;
import io.nurs.netlink.nftables.NftablesMessage;
import io.nurs.netlink.nftables.NftablesMessage.Kind;
import io.nurs.netlink.nftables.NftablesRuleText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes {@link NftablesChange}s of the kernel's messages. Elements come without the types of their set: it remembers those of the
 * sets that it has been told of.
 */
final class NftablesChanges {
    /** Types of sets that are remembered, at 100 octets or so each. */
    private static final int MOST_SETS = 10_000;

    /** What fits into a datagram beside the names. Rules of people are shorter, elements with comments too. */
    static final int MOST_TEXT_BYTES = 512;

    private static final String CUT = "...";

    private final NftablesStats stats;
    private final Map<SetName, SetTypes> sets = new HashMap<>();

    private record SetName(int family, String table, String name) {}

    private record SetTypes(int key, int data) {}

    NftablesChanges(NftablesStats stats) {
        this.stats = stats;
    }

    /** Remembers a set's types, or forgets them. */
    void learn(NftablesMessage set) {
        SetName name = new SetName(set.family(), set.table(), set.name());
        if (set.isRemoved()) {
            sets.remove(name);
        } else if (sets.size() < MOST_SETS || sets.containsKey(name)) {
            sets.put(name, new SetTypes(set.keyType(), set.dataType()));
        }
    }

    /** Of anything but a generation; elements are a change each. */
    void read(NftablesMessage message, long nowMillis, Consumer<NftablesChange> to) {
        switch (message.kind()) {
            case ELEMENTS -> readElements(message, nowMillis, to);
            case SET -> {
                to.accept(change(message, text(message), nowMillis));
                learn(message);
            }
            default -> to.accept(change(message, text(message), nowMillis));
        }
    }

    private void readElements(NftablesMessage message, long nowMillis, Consumer<NftablesChange> to) {
        SetTypes types =
                sets.getOrDefault(new SetName(message.family(), message.table(), message.name()), new SetTypes(0, 0));
        NftablesElements elements = message.elements();
        while (elements.next()) {
            to.accept(change(message, NftablesElementText.of(elements, types.key, types.data), nowMillis));
        }
    }

    private static NftablesChange change(NftablesMessage message, String text, long nowMillis) {
        return new NftablesChange(
                kind(message.kind()),
                message.isRemoved(),
                NftablesNames.family(message.family()),
                message.table(),
                message.chain(),
                message.name(),
                message.handle(),
                octets(text),
                message.causedBy(),
                nowMillis,
                null);
    }

    private static String kind(Kind kind) {
        return switch (kind) {
            case TABLE -> "table";
            case CHAIN -> "chain";
            case RULE -> "rule";
            case SET -> "set";
            case ELEMENTS -> "element";
            case OBJECT -> "object";
            case FLOWTABLE -> "flowtable";
            case GENERATION -> "generation";
        };
    }

    private String text(NftablesMessage message) {
        return switch (message.kind()) {
            case RULE -> rule(message);
            case CHAIN -> chain(message);
            case SET -> set(message);
            case OBJECT -> object(message);
            default -> comment(message);
        };
    }

    private String rule(NftablesMessage message) {
        try {
            return NftablesRuleText.of(message);
        } catch (RuntimeException e) {
            // Expressions of a kernel that we do not know must not cost the change.
            stats.textsMissing++;
            return "";
        }
    }

    private static String chain(NftablesMessage chain) {
        if (!chain.isBaseChain() || chain.isRemoved()) {
            return comment(chain);
        }
        return "type " + chain.chainType() + " hook " + NftablesNames.hook(chain.family(), chain.hook()) + " priority "
                + chain.priority() + "; policy " + NftablesNames.verdict(chain.policy()) + ";" + spaced(comment(chain));
    }

    private static String set(NftablesMessage set) {
        String map =
                (set.flags() & (NftablesAttribute.NFT_SET_MAP | NftablesAttribute.NFT_SET_OBJECT)) != 0 ? "map" : "";
        return (map + spaced(comment(set))).strip();
    }

    private static String object(NftablesMessage object) {
        String text = NftablesNames.object(object.objectType());
        if (object.hasCounter()) {
            text += " packets " + Long.toUnsignedString(object.counterPackets()) + " bytes "
                    + Long.toUnsignedString(object.counterBytes());
        } else if (object.hasQuota()) {
            text += " " + ((object.quotaFlags() & 1) != 0 ? "over " : "") + Long.toUnsignedString(object.quotaBytes())
                    + " bytes used " + Long.toUnsignedString(object.quotaConsumedBytes()) + " bytes";
        }
        return text + spaced(comment(object));
    }

    private static String comment(NftablesMessage message) {
        String comment = message.comment();
        return comment.isEmpty() ? "" : "comment \"" + comment + '"';
    }

    private static String spaced(String text) {
        return text.isEmpty() ? "" : " " + text;
    }

    /** As UTF-8, and no more than there is room for: cut before a character. */
    static byte[] octets(String text) {
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        if (all.length <= MOST_TEXT_BYTES) {
            return all;
        }
        int end = MOST_TEXT_BYTES - CUT.length();
        // Octets within a character are 10xxxxxx.
        while ((all[end] & 0xc0) == 0x80) {
            end--;
        }
        return (new String(all, 0, end, StandardCharsets.UTF_8) + CUT).getBytes(StandardCharsets.UTF_8);
    }
}
