package io.nurs.appliance.export;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.CollectorTransport;
import io.nurs.appliance.config.TlsConfig;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Goes to a collector in the way that an exporter does, says nothing there, and comes back. */
public final class CollectorTrial {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    /** With TLS 1.3 a collector looks at our certificate when the handshake is over for us. */
    private static final long VERDICT_MILLIS = 1_000;

    /**
     * How far it came.
     *
     * @param address the collector's, once its name resolved
     * @param local ours, once there was a way
     * @param failure why it went no further, in words for the operator; null if it came through
     * @param certificates that the collector showed
     */
    public record Outcome(
            @Nullable InetSocketAddress address,
            @Nullable InetSocketAddress local,
            @Nullable String failure,
            List<X509Certificate> certificates) {}

    private final CollectorDestination destination;
    private volatile @Nullable Throwable refusal;
    private @Nullable SslHandler handshake;

    private CollectorTrial(CollectorDestination destination) {
        this.destination = destination;
    }

    /** Over UDP nothing is sent, so nothing is known but that there is a way. Not on the event loop. */
    public static Outcome attempt(
            String exporter, CollectorDestination destination, EventLoop loop, Transports transport)
            throws InterruptedException {
        List<InetSocketAddress> addresses;
        SslContext tls;
        try {
            addresses = Names.resolve(destination.address());
        } catch (UnknownHostException e) {
            return new Outcome(null, null, e.getMessage(), List.of());
        }
        try {
            tls = destination.tls() == null ? null : TlsClient.valid(exporter, destination.tls());
        } catch (StartException e) {
            return new Outcome(addresses.getFirst(), null, e.advice(), List.of());
        }
        Outcome outcome = null;
        for (InetSocketAddress address : addresses) {
            outcome = new CollectorTrial(destination).attempt(address, tls, loop, transport);
            if (outcome.failure() == null) {
                break;
            }
        }
        return Objects.requireNonNull(outcome);
    }

    private Outcome attempt(InetSocketAddress address, @Nullable SslContext tls, EventLoop loop, Transports transport)
            throws InterruptedException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(
                        destination.transport() == CollectorTransport.UDP
                                ? transport.datagramChannel()
                                : transport.socketChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            handshake = handler(tls, channel);
                            channel.pipeline().addLast(handshake);
                        }
                        channel.pipeline().addLast(new Listener());
                    }
                });
        ChannelFuture connected =
                SocketOptions.connect(bootstrap, destination, address).await();
        if (!connected.isSuccess()) {
            return new Outcome(address, null, SocketOptions.reason(connected.cause()), List.of());
        }
        Channel channel = connected.channel();
        try {
            InetSocketAddress local = (InetSocketAddress) channel.localAddress();
            String failure = handshake == null ? null : shake(handshake, channel);
            return new Outcome(address, local, failure, certificates(handshake));
        } finally {
            channel.close().await();
        }
    }

    private SslHandler handler(SslContext context, Channel channel) {
        TlsConfig tls = destination.tls();
        String serverName = tls == null ? null : tls.serverName();
        return context.newHandler(
                channel.alloc(),
                serverName == null ? destination.address().host() : serverName,
                destination.address().port());
    }

    private @Nullable String shake(SslHandler handler, Channel channel) throws InterruptedException {
        if (!handler.handshakeFuture().await(CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
            return "no answer to the TLS handshake";
        }
        if (!handler.handshakeFuture().isSuccess()) {
            return TlsClient.explain(handler.handshakeFuture().cause(), destination.tls());
        }
        if (channel.closeFuture().await(VERDICT_MILLIS, TimeUnit.MILLISECONDS)) {
            // The handler closes the channel before it tells of the alert.
            channel.eventLoop().submit(() -> {}).await();
            Throwable cause = refusal;
            return cause == null
                    ? "the collector ended the connection after the TLS handshake; does it trust our certificate?"
                    : TlsClient.explain(cause, destination.tls());
        }
        return null;
    }

    private static List<X509Certificate> certificates(@Nullable SslHandler handler) {
        List<X509Certificate> shown = new ArrayList<>();
        try {
            if (handler != null) {
                for (Certificate certificate : handler.engine().getSession().getPeerCertificates()) {
                    if (certificate instanceof X509Certificate x509) {
                        shown.add(x509);
                    }
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            // It showed none.
        }
        return shown;
    }

    /** Collectors do not answer; one that closes or complains says why. */
    private final class Listener extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            refusal = cause;
            ctx.close();
        }
    }
}
