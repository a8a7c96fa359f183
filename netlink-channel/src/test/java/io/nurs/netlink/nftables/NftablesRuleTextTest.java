package io.nurs.netlink.nftables;

import static io.nurs.netlink.KernelNamespace.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Fuzz;
import io.nurs.netlink.KernelNamespace;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NftablesRuleTextTest {
    private static final String RULE_SET = """
            table inet t {
             counter web { }
             quota cap { over 1 mbytes }
             set ports { type inet_service; elements = { 80 } }
             map v { type inet_service : verdict; }
             chain sub { }
             chain c {
              ct state established,related accept
              ct state invalid drop
              ct state new,untracked counter
              iifname "lo" accept
              iifname "eth*" oifname != "wan0" drop
              ip saddr 192.0.2.0/24 tcp dport 22 accept
              ip saddr 10.0.0.0/9 drop
              ip daddr != 198.51.100.1 udp dport 53 counter accept
              ip saddr != 192.0.2.0/25 drop
              ip6 saddr 2001:db8::/32 tcp dport 8000-8100 accept
              ip6 daddr 2001:db8::1 drop
              ip6 daddr 2001:db8:0:1:0:0:0:2 drop
              ip6 saddr fe80::/10 accept
              ip6 hoplimit 255 accept
              tcp dport != 1024-65535 drop
              udp sport > 1023 accept
              udp sport <= 1023 accept
              tcp dport @ports ct state new limit rate 10/second accept
              ip saddr 192.0.2.1 udp dport != @ports drop
              meta l4proto tcp counter
              meta l4proto != udp drop
              meta nfproto ipv6 drop
              icmp type echo-request accept
              icmpv6 type nd-neighbor-solicit accept
              limit rate over 100/minute burst 50 packets drop
              log prefix "seen: " group 3 snaplen 64 queue-threshold 10
              log prefix "low " level info
              log
              counter name web quota name cap drop
              meta mark 0x17 jump sub
              meta mark and 0xff == 0x10 goto sub
              ct mark != 0x1 return
              meta mark set 0x17 meta nftrace set 1
              ct mark set meta mark
              meta mark set ct mark
              ip protocol icmp accept
              ip ttl < 5 drop
              tcp dport vmap @v
              reject
              tcp dport 113 reject with tcp reset
              tcp flags syn / fin,syn,rst,ack accept
              tcp flags syn accept
              tcp flags == ack accept
              counter comment "with a comment"
              udp dport 9 notrack
              ip saddr 192.0.2.1-192.0.2.9 accept
              tcp sport 1-1023 tcp dport 22 drop
              sctp dport 36412 accept
              continue
             }
             chain n { type nat hook postrouting priority 100;
              oifname "wan0" masquerade
              masquerade random,persistent
              meta l4proto tcp masquerade to :1024-2048
              ip saddr 10.0.0.0/8 snat to 198.51.100.7
              snat ip to 198.51.100.7-198.51.100.9
              meta l4proto tcp snat ip to 198.51.100.7:1000-2000
              snat ip6 to 2001:db8::7
             }
             chain d { type nat hook prerouting priority -100;
              tcp dport 80 dnat ip to 192.0.2.8:8080
              udp dport 53 redirect to :5353
              tcp dport 443 dnat ip6 to [2001:db8::8]:8443
              redirect
             }
            }
            table ip f {
             chain c {
              tcp dport 22 ip saddr 192.0.2.1 accept
              icmp type echo-reply drop
              reject
             }
             chain d { type nat hook prerouting priority -100; tcp dport 80 dnat to 192.0.2.8:8080; }
             chain p { type nat hook postrouting priority 100; snat to 192.0.2.8 fully-random; }
            }
            table ip6 g {
             chain c {
              ip6 nexthdr tcp drop
              icmpv6 type echo-request reject
             }
            }
            """;
    private static final int RULES = 67;

    private static final class Texts extends ChannelInboundHandlerAdapter {
        final List<String> texts = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object view) {
            if (view instanceof NftablesMessage rule) {
                texts.add(NftablesRuleText.of(rule));
            }
        }
    }

    @Test
    @Tag("netns")
    void writesEverydayRulesAsNftDoes() throws Exception {
        List<String> texts = texts(RULE_SET);
        assertEquals(RULES, texts.size());
    }

    @Test
    @Tag("netns")
    void namesInBracketsWhatItDoesNotKnow() throws Exception {
        try (KernelNamespace kernel = namespace();
                CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            kernel.run("nft", """
                    table inet t {
                     chain c {
                      meta length > 1400 drop
                      meta skuid 0 tcp dport 22 accept
                      tcp dport { 22, 80 } accept
                      limit rate 10 kbytes/second accept
                      numgen random mod 10 0 counter
                      ip dscp af11 tcp dport 80 accept
                     }
                    }
                    """);

            assertEquals(
                    List.of(
                            "[meta] [byteorder] [cmp] drop",
                            "[meta] [cmp] tcp dport 22 accept",
                            "tcp dport @__set0 accept",
                            "[limit] accept",
                            "[numgen] [cmp] counter packets 0 bytes 0",
                            "meta nfproto ipv4 [payload] [bitwise] [cmp] tcp dport 80 accept"),
                    dump(kernel, loop));
        }
    }

    @Test
    void survivesAnyDamage() {
        List<byte[]> rules = List.of(NftablesViews.read("new-rule"), NftablesViews.read("delete-rule"));
        Fuzz fuzz = new Fuzz(NftablesDecoder::new, view -> {
            if (view instanceof NftablesMessage change) {
                NftablesRuleText.of(change);
            }
        });
        fuzz.cutEverywhere(rules);
        fuzz.mutated(rules, 20_000);
        assertTrue(fuzz.passed() > 4_000, "too few got through: " + fuzz.passed());
    }

    /** The rules' texts, which must be those that nft lists. */
    private static List<String> texts(String ruleSet) throws Exception {
        try (KernelNamespace kernel = namespace();
                CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            kernel.run("nft", ruleSet);
            List<String> texts = dump(kernel, loop);
            assertEquals(listed(kernel.run("nft", "list", "ruleset")), texts);
            return texts;
        }
    }

    private static KernelNamespace namespace() throws Exception {
        Requires.root();
        Requires.tool("ip");
        Requires.tool("nft");
        return KernelNamespace.create();
    }

    private static List<String> dump(KernelNamespace kernel, CountingEventLoop loop) throws Exception {
        Texts reader = new Texts();
        NetlinkChannel requests =
                kernel.requests(loop, stats -> new ChannelHandler[] {new NftablesDecoder(stats), reader});
        send(requests, NftablesRequests.rules(ByteBufAllocator.DEFAULT, NftablesAttribute.NFPROTO_UNSPEC));
        return reader.texts;
    }

    /** The lines within chains, without the chains' own. */
    private static List<String> listed(String ruleSet) {
        List<String> rules = new ArrayList<>();
        boolean inChain = false;
        for (String line : ruleSet.lines().map(String::strip).toList()) {
            if (line.startsWith("chain ")) {
                inChain = true;
            } else if (line.equals("}")) {
                inChain = false;
            } else if (inChain && !line.startsWith("type ")) {
                rules.add(line);
            }
        }
        return rules;
    }
}
