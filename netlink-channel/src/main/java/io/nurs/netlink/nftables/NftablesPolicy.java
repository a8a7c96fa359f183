package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.nurs.netlink.AttributePolicy;
import org.jspecify.annotations.Nullable;

/** Where each attribute of a rule set's messages goes: one set of slots for all kinds, a policy for each. */
final class NftablesPolicy {
    static final int TABLE = 0;
    static final int NAME = 1;
    static final int CHAIN = 2;
    static final int HANDLE = 3;
    static final int POSITION = 4;
    static final int FLAGS = 5;
    static final int USES = 6;
    static final int USERDATA = 7;
    static final int EXPRESSIONS = 8;
    static final int HOOK = 9;
    static final int PRIORITY = 10;
    static final int DEVICE = 11;
    static final int DEFAULT_VERDICT = 12;
    static final int CHAIN_TYPE = 13;
    static final int PACKETS = 14;
    static final int BYTES = 15;
    static final int KEY_TYPE = 16;
    static final int KEY_LENGTH = 17;
    static final int DATA_TYPE = 18;
    static final int DATA_LENGTH = 19;
    static final int TIMEOUT = 20;
    static final int OBJECT_TYPE = 21;
    static final int OBJECT_DATA = 22;
    static final int ELEMENTS = 23;
    static final int GENERATION = 24;
    static final int PROCESS_ID = 25;
    static final int PROCESS_NAME = 26;
    static final int SLOTS = 27;

    private NftablesPolicy() {}

    /** What a message type is about, in the order of {@link NftablesMessage.Kind}; null for types that are only asked. */
    static NftablesMessage.@Nullable Kind kind(int type) {
        return switch (type) {
            case NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, NFT_MSG_DESTROYTABLE -> NftablesMessage.Kind.TABLE;
            case NFT_MSG_NEWCHAIN, NFT_MSG_DELCHAIN, NFT_MSG_DESTROYCHAIN -> NftablesMessage.Kind.CHAIN;
            case NFT_MSG_NEWRULE, NFT_MSG_DELRULE, NFT_MSG_DESTROYRULE -> NftablesMessage.Kind.RULE;
            case NFT_MSG_NEWSET, NFT_MSG_DELSET, NFT_MSG_DESTROYSET -> NftablesMessage.Kind.SET;
            case NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM, NFT_MSG_DESTROYSETELEM -> NftablesMessage.Kind.ELEMENTS;
            case NFT_MSG_NEWOBJ, NFT_MSG_DELOBJ, NFT_MSG_DESTROYOBJ -> NftablesMessage.Kind.OBJECT;
            case NFT_MSG_NEWFLOWTABLE, NFT_MSG_DELFLOWTABLE, NFT_MSG_DESTROYFLOWTABLE -> NftablesMessage.Kind.FLOWTABLE;
            case NFT_MSG_NEWGEN -> NftablesMessage.Kind.GENERATION;
            default -> null;
        };
    }

    static boolean isNew(int type) {
        return switch (type) {
            case NFT_MSG_NEWTABLE,
                    NFT_MSG_NEWCHAIN,
                    NFT_MSG_NEWRULE,
                    NFT_MSG_NEWSET,
                    NFT_MSG_NEWSETELEM,
                    NFT_MSG_NEWOBJ,
                    NFT_MSG_NEWFLOWTABLE,
                    NFT_MSG_NEWGEN -> true;
            default -> false;
        };
    }

    static AttributePolicy of(NftablesMessage.Kind kind) {
        return switch (kind) {
            case TABLE -> table();
            case CHAIN -> chain();
            case RULE -> rule();
            case SET -> set();
            case ELEMENTS -> elements();
            case OBJECT -> object();
            case FLOWTABLE -> flowtable();
            case GENERATION -> generation();
        };
    }

    private static AttributePolicy table() {
        return new AttributePolicy()
                .value(NFTA_TABLE_NAME, TABLE, 1)
                .value(NFTA_TABLE_FLAGS, FLAGS, 4)
                .value(NFTA_TABLE_USE, USES, 4)
                .value(NFTA_TABLE_HANDLE, HANDLE, 8)
                .value(NFTA_TABLE_USERDATA, USERDATA, 0);
    }

    private static AttributePolicy chain() {
        return new AttributePolicy()
                .value(NFTA_CHAIN_TABLE, TABLE, 1)
                .value(NFTA_CHAIN_NAME, CHAIN, 1)
                .value(NFTA_CHAIN_HANDLE, HANDLE, 8)
                .nested(
                        NFTA_CHAIN_HOOK,
                        new AttributePolicy()
                                .value(NFTA_HOOK_HOOKNUM, HOOK, 4)
                                .value(NFTA_HOOK_PRIORITY, PRIORITY, 4)
                                .value(NFTA_HOOK_DEV, DEVICE, 1))
                .value(NFTA_CHAIN_POLICY, DEFAULT_VERDICT, 4)
                .value(NFTA_CHAIN_USE, USES, 4)
                .value(NFTA_CHAIN_TYPE, CHAIN_TYPE, 1)
                .nested(
                        NFTA_CHAIN_COUNTERS,
                        new AttributePolicy()
                                .value(NFTA_COUNTER_PACKETS, PACKETS, 8)
                                .value(NFTA_COUNTER_BYTES, BYTES, 8))
                .value(NFTA_CHAIN_FLAGS, FLAGS, 4)
                .value(NFTA_CHAIN_USERDATA, USERDATA, 0);
    }

    private static AttributePolicy rule() {
        return new AttributePolicy()
                .value(NFTA_RULE_TABLE, TABLE, 1)
                .value(NFTA_RULE_CHAIN, CHAIN, 1)
                .value(NFTA_RULE_HANDLE, HANDLE, 8)
                .value(NFTA_RULE_EXPRESSIONS, EXPRESSIONS, 0)
                .value(NFTA_RULE_POSITION, POSITION, 8)
                .value(NFTA_RULE_USERDATA, USERDATA, 0);
    }

    private static AttributePolicy set() {
        return new AttributePolicy()
                .value(NFTA_SET_TABLE, TABLE, 1)
                .value(NFTA_SET_NAME, NAME, 1)
                .value(NFTA_SET_FLAGS, FLAGS, 4)
                .value(NFTA_SET_KEY_TYPE, KEY_TYPE, 4)
                .value(NFTA_SET_KEY_LEN, KEY_LENGTH, 4)
                .value(NFTA_SET_DATA_TYPE, DATA_TYPE, 4)
                .value(NFTA_SET_DATA_LEN, DATA_LENGTH, 4)
                .value(NFTA_SET_TIMEOUT, TIMEOUT, 8)
                .value(NFTA_SET_USERDATA, USERDATA, 0)
                .value(NFTA_SET_OBJ_TYPE, OBJECT_TYPE, 4)
                .value(NFTA_SET_HANDLE, HANDLE, 8);
    }

    private static AttributePolicy elements() {
        return new AttributePolicy()
                .value(NFTA_SET_ELEM_LIST_TABLE, TABLE, 1)
                .value(NFTA_SET_ELEM_LIST_SET, NAME, 1)
                .value(NFTA_SET_ELEM_LIST_ELEMENTS, ELEMENTS, 0);
    }

    private static AttributePolicy object() {
        return new AttributePolicy()
                .value(NFTA_OBJ_TABLE, TABLE, 1)
                .value(NFTA_OBJ_NAME, NAME, 1)
                .value(NFTA_OBJ_TYPE, OBJECT_TYPE, 4)
                .value(NFTA_OBJ_DATA, OBJECT_DATA, 0)
                .value(NFTA_OBJ_USE, USES, 4)
                .value(NFTA_OBJ_HANDLE, HANDLE, 8)
                .value(NFTA_OBJ_USERDATA, USERDATA, 0);
    }

    private static AttributePolicy flowtable() {
        return new AttributePolicy()
                .value(NFTA_FLOWTABLE_TABLE, TABLE, 1)
                .value(NFTA_FLOWTABLE_NAME, NAME, 1)
                .nested(
                        NFTA_FLOWTABLE_HOOK,
                        new AttributePolicy()
                                .value(NFTA_FLOWTABLE_HOOK_NUM, HOOK, 4)
                                .value(NFTA_FLOWTABLE_HOOK_PRIORITY, PRIORITY, 4))
                .value(NFTA_FLOWTABLE_USE, USES, 4)
                .value(NFTA_FLOWTABLE_HANDLE, HANDLE, 8)
                .value(NFTA_FLOWTABLE_FLAGS, FLAGS, 4);
    }

    private static AttributePolicy generation() {
        return new AttributePolicy()
                .value(NFTA_GEN_ID, GENERATION, 4)
                .value(NFTA_GEN_PROC_PID, PROCESS_ID, 4)
                .value(NFTA_GEN_PROC_NAME, PROCESS_NAME, 1);
    }
}
