package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.Allocation;
import io.nurs.netlink.Fuzz;
import io.nurs.netlink.Messages;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NftablesCaptureTest {
    private final NetlinkStats stats = new NetlinkStats();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new NftablesDecoder(stats));

    @Test
    void readsATable() {
        NftablesMessage table = change("new-table");

        assertEquals("add TABLE t", NftablesViews.event(table));
        assertEquals(NFPROTO_INET, table.family());
        assertEquals(1, table.handle());
        assertEquals("the table", table.comment());
        assertFalse(table.isDumped());
    }

    @Test
    void readsABaseChain() {
        NftablesMessage chain = change("new-chain");

        assertEquals("add CHAIN t in", NftablesViews.event(chain));
        assertTrue(chain.isBaseChain());
        assertEquals("filter", chain.chainType());
        assertEquals(NF_INET_LOCAL_IN, chain.hook());
        assertEquals(-5, chain.priority());
        assertEquals(NF_DROP, chain.policy());
        assertEquals("the chain", chain.comment());
        assertFalse(chain.hasCounter());
    }

    @Test
    void readsObjects() {
        NftablesMessage counter = change("new-counter");
        assertEquals("add OBJECT t web", NftablesViews.event(counter));
        assertEquals(NFT_OBJECT_COUNTER, counter.objectType());
        assertTrue(counter.hasCounter());
        assertFalse(counter.hasQuota());
        assertEquals(3, counter.handle());

        NftablesMessage quota = change("new-quota");
        assertEquals("add OBJECT t cap", NftablesViews.event(quota));
        assertFalse(quota.hasCounter());
        assertTrue(quota.hasQuota());
        assertEquals(1 << 20, quota.quotaBytes());
        assertEquals(0, quota.quotaConsumedBytes());
        assertEquals(NFT_QUOTA_F_INV, quota.quotaFlags());
    }

    @Test
    void readsASetAndItsElements() {
        NftablesMessage set = change("new-set");
        assertEquals("add SET t ports", NftablesViews.event(set));
        assertEquals(NFT_SET_INTERVAL, set.flags());
        assertEquals(13, set.keyType());
        assertEquals(2, set.keyLength());
        assertEquals("the ports", set.comment());
        assertEquals(5, set.handle());

        NftablesMessage first = change("new-element");
        assertEquals("add ELEMENTS t ports", NftablesViews.event(first));
        assertEquals(List.of("0000 end 0/0 \"\""), NftablesViews.elements(first));

        NftablesMessage map = change("new-map");
        assertEquals(NFT_SET_MAP | NFT_SET_TIMEOUT, map.flags());
        assertEquals(0xffffff00, map.dataType());
        assertEquals(
                List.of("c0000201 : -3 sub 60000/60000 \"an element\""),
                NftablesViews.elements(change("new-map-element")));
    }

    @Test
    void readsARule() {
        NftablesMessage rule = change("new-rule");

        assertEquals("add RULE t in", NftablesViews.event(rule));
        assertEquals(7, rule.handle());
        assertEquals("the rule", rule.comment());
        assertTrue(rule.hasCounter());
        assertEquals(
                List.of(
                        "meta",
                        "cmp",
                        "meta",
                        "cmp",
                        "payload",
                        "cmp",
                        "meta",
                        "cmp",
                        "payload",
                        "lookup",
                        "ct",
                        "bitwise",
                        "cmp",
                        "objref",
                        "limit",
                        "log",
                        "counter",
                        "immediate"),
                NftablesViews.expressions(rule));
    }

    @Test
    void readsAnExpressionsAttributes() {
        NftablesExpressions walk = change("new-rule").expressions();
        assertTrue(walk.next());
        assertEquals(6, walk.number(NFTA_META_KEY, -1));
        assertTrue(walk.next());
        assertEquals(NFT_CMP_EQ, walk.number(NFTA_CMP_OP, -1));
        byte[] lo = new byte[16];
        lo[0] = 'l';
        lo[1] = 'o';
        assertArrayEquals(lo, walk.value(NFTA_CMP_DATA));
        assertEquals(-9, walk.verdict(NFTA_CMP_DATA, -9));
        while (!walk.is("immediate")) {
            assertTrue(walk.next());
        }
        assertNull(walk.value(NFTA_IMMEDIATE_DATA));
        assertEquals(NFT_JUMP, walk.verdict(NFTA_IMMEDIATE_DATA, 0));
        assertEquals("sub", walk.verdictChain(NFTA_IMMEDIATE_DATA));
        assertFalse(walk.next());
    }

    @Test
    void readsWhatIsRemoved() {
        assertEquals("delete TABLE t", NftablesViews.event(change("delete-table")));
        assertEquals("delete RULE t in", NftablesViews.event(change("delete-rule")));
        assertEquals("delete ELEMENTS t ports", NftablesViews.event(change("delete-element")));
    }

    @Test
    void takesDestroyedForRemoved() {
        byte[] destroyed = NftablesViews.read("delete-table");
        destroyed[4] = NFT_MSG_DESTROYTABLE;

        assertEquals("delete TABLE t", NftablesViews.event((NftablesMessage) decode(destroyed)));
    }

    @Test
    void readsAGeneration() {
        NftablesMessage generation = change("new-generation");

        assertEquals("add GENERATION nft", NftablesViews.event(generation));
        assertEquals(2, generation.generation());
        assertEquals(generation.causedBy(), generation.processId());
    }

    @Test
    void readsTheFirstStepOfATrace() {
        NftablesTrace step = trace("trace-rule");

        assertEquals("t pre", step.table() + " " + step.chain());
        assertEquals(NFT_TRACETYPE_RULE, step.type());
        assertEquals(6, step.ruleHandle());
        assertEquals(NFT_CONTINUE, step.verdict());
        assertNull(step.jumpTarget());
        assertFalse(step.hasPolicy());
        assertEquals(NFPROTO_INET, step.family());
        assertEquals(NFPROTO_IPV4, step.protocolFamily());
        assertEquals(1, step.inputInterface());
        assertEquals(772, step.inputInterfaceType());
        assertEquals(0, step.outputInterface());
        assertEquals(0, step.mark());
        assertEquals(14, step.linkHeaderLength());
        assertEquals(20, step.networkHeaderLength());
        assertEquals(20, step.transportHeaderLength());
        assertEquals(
                "7f0000017f000001",
                HexFormat.of().formatHex(Octets.octets(step.memory(), step.networkHeaderOffset() + 12, 8)));
        assertEquals(9, step.memory().get(Octets.U16, step.transportHeaderOffset() + 2));
        assertTrue(step.hasConntrack());
        assertEquals(8, step.conntrackState());
        assertEquals(0, step.conntrackDirection());
        assertEquals(8, step.conntrackStatus());
    }

    @Test
    void readsTheOtherStepsOfATrace() {
        NftablesTrace jump = trace("trace-jump");
        assertEquals(NFT_JUMP, jump.verdict());
        assertEquals("sub", jump.jumpTarget());
        assertEquals(0x17, jump.mark());
        assertFalse(jump.hasConntrack());
        assertEquals(0, jump.networkHeaderLength());
        assertEquals(-1, jump.networkHeaderOffset());

        assertEquals(NFT_RETURN, trace("trace-return").verdict());

        NftablesTrace policy = trace("trace-policy");
        assertEquals(NFT_TRACETYPE_POLICY, policy.type());
        assertTrue(policy.hasPolicy());
        assertFalse(policy.hasVerdict());
        assertEquals(NF_DROP, policy.policy());
    }

    @Test
    void survivesAnyDamage() {
        Fuzz fuzz = new Fuzz(NftablesDecoder::new, NftablesViews::touch);
        fuzz.cutEverywhere(NftablesViews.all());
        fuzz.mutated(NftablesViews.all(), 60_000);
        fuzz.random(NFNL_SUBSYS_NFTABLES, 34, 20_000);
        assertTrue(fuzz.passed() > 10_000, "too few got through: " + fuzz.passed());
        assertTrue(fuzz.stats().malformedMessages() > 10_000, "too few were malformed");
    }

    @Test
    void decodesWithoutAllocating() throws Exception {
        Reader reader = new Reader();
        Allocation.assertNone(NftablesViews.all(), 200_000, NftablesDecoder::new, reader);
        assertTrue(reader.sum != 0);
    }

    private static final class Reader extends ChannelInboundHandlerAdapter {
        private long sum;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object view) {
            if (view instanceof NftablesMessage change) {
                sum += NftablesViews.numbers(change);
            } else if (view instanceof NftablesTrace trace) {
                sum += NftablesViews.numbers(trace);
            }
        }
    }

    private NftablesMessage change(String name) {
        return (NftablesMessage) decode(NftablesViews.read(name));
    }

    private NftablesTrace trace(String name) {
        return (NftablesTrace) decode(NftablesViews.read(name));
    }

    private Object decode(byte[] message) {
        channel.writeInbound(Messages.batch(message));
        assertEquals(0, stats.malformedMessages() + stats.unknownMessages());
        return channel.readInbound();
    }
}
