package io.nurs.appliance.http;

import static io.netty.handler.codec.http.HttpResponseStatus.*;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.RateLimit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: takes a request, reads no more until it is answered, takes the next. Whoever takes too long about it is
 * closed.
 */
final class RequestHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    private final Service service;
    private @Nullable Future<?> deadline;
    private boolean isLast;

    /**
     * What all connections share.
     *
     * @param failures of pages
     * @param isCrowded whether there is hardly room for another connection
     */
    record Service(
            Site site,
            Door door,
            Attempts attempts,
            Workers workers,
            HttpLimits limits,
            RateLimit failures,
            BooleanSupplier isCrowded) {}

    RequestHandler(Service service) {
        this.service = service;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        within(ctx, service.limits.request());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request && !isLast) {
                ctx.channel().config().setAutoRead(false);
                within(ctx, service.limits.answer());
                answer(new Request(ctx, request), request);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** Closes the connection unless something happens within that time. */
    private void within(ChannelHandlerContext ctx, Duration time) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = ctx.executor().schedule(() -> ctx.close(), time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void answer(Request asked, HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            asked.refuse(unreadable(request.decoderResult().cause()), "this is no request that can be read");
        } else if (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0) {
            asked.refuse(REQUEST_ENTITY_TOO_LARGE, "a request has no body here");
        } else if (!request.method().equals(HttpMethod.GET) && !asked.isHead()) {
            asked.send(Answer.text(METHOD_NOT_ALLOWED, "GET and HEAD, nothing else"));
        } else if (!asked.isForThisHost()) {
            asked.send(Answer.text(
                    MISDIRECTED_REQUEST,
                    "ask for localhost or an address; other names need a login (see metrics in the docs)"));
        } else {
            admit(asked);
        }
    }

    private static HttpResponseStatus unreadable(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException line -> REQUEST_URI_TOO_LONG;
            case TooLongHttpHeaderException header -> REQUEST_HEADER_FIELDS_TOO_LARGE;
            default -> BAD_REQUEST;
        };
    }

    private void admit(Request asked) {
        String authorization = asked.authorization;
        if (service.door.isOpen() || service.site.open().contains(asked.path)) {
            serve(asked);
        } else if (authorization == null) {
            asked.send(Answer.text(UNAUTHORIZED, "log in"));
        } else if (service.door.knows(authorization)) {
            serve(asked);
        } else if (!service.attempts.begin(asked.from, System.nanoTime())) {
            asked.send(Answer.text(TOO_MANY_REQUESTS, "too many wrong passwords or tokens; wait a minute"));
        } else if (service.door.isWorthChecking(authorization)) {
            check(asked, authorization);
        } else {
            asked.send(Answer.text(UNAUTHORIZED, "wrong token"));
        }
    }

    private void check(Request asked, String authorization) {
        asked.busyIfRejected(() -> service.workers.checkPassword(() -> {
            boolean right = service.door.check(authorization);
            asked.onLoop(() -> {
                if (right) {
                    service.attempts.forgive(asked.from);
                    serve(asked);
                } else {
                    asked.send(Answer.text(UNAUTHORIZED, "wrong name or password"));
                }
            });
        }));
    }

    private void serve(Request asked) {
        Page page = service.site.page(asked.path);
        if (page == null) {
            asked.send(Answer.text(NOT_FOUND, "nothing is here; the status page is /"));
            return;
        }
        asked.busyIfRejected(() -> service.workers.makePage(() -> {
            Answer answer = made(page, asked);
            asked.onLoop(() -> asked.send(answer));
        }));
    }

    /** On the one thread that makes pages. */
    private Answer made(Page page, Request asked) {
        try {
            return page.answer(asked.accept);
        } catch (Exception e) {
            if (service.failures.permits()) {
                LOG.error(
                        "cannot make {}: {}; please report this{}",
                        asked.path,
                        e.toString(),
                        service.failures.suppressed(),
                        e);
            }
            return Answer.text(INTERNAL_SERVER_ERROR, "nursd's log says why");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        ctx.fireChannelInactive();
    }

    /** Resets, and handshakes that fail: nobody needs to know. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("connection from {} ends", ctx.channel().remoteAddress(), cause);
        ctx.close();
    }

    /** What is kept of one while its answer is made. */
    private final class Request {
        private final ChannelHandlerContext ctx;
        private final HttpMethod method;
        private final String path;
        private final InetAddress from;
        private final @Nullable String host;
        private final @Nullable String authorization;
        private final @Nullable String accept;
        private boolean keepAlive;

        Request(ChannelHandlerContext ctx, HttpRequest request) {
            this.ctx = ctx;
            this.method = request.method();
            int query = request.uri().indexOf('?');
            this.path = query < 0 ? request.uri() : request.uri().substring(0, query);
            this.from = ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
            this.host = request.headers().get(HttpHeaderNames.HOST);
            this.authorization = request.headers().get(HttpHeaderNames.AUTHORIZATION);
            this.accept = request.headers().get(HttpHeaderNames.ACCEPT);
            this.keepAlive = HttpUtil.isKeepAlive(request);
        }

        boolean isHead() {
            return method.equals(HttpMethod.HEAD);
        }

        /**
         * A page of a stranger's that a browser here shows can have its name point to 127.0.0.1 and then read what is there. Where
         * a login is asked for, it does not have it.
         */
        boolean isForThisHost() {
            return !service.door.isOpen()
                    || !((InetSocketAddress) ctx.channel().localAddress())
                            .getAddress()
                            .isLoopbackAddress()
                    || HostNames.isLocal(host);
        }

        /** Answers, and closes. */
        void refuse(HttpResponseStatus status, String why) {
            keepAlive = false;
            send(Answer.text(status, why));
        }

        void busyIfRejected(Runnable task) {
            try {
                task.run();
            } catch (RejectedExecutionException e) {
                send(Answer.text(SERVICE_UNAVAILABLE, "too many requests at once"));
            }
        }

        void onLoop(Runnable task) {
            try {
                ctx.executor().execute(task);
            } catch (RejectedExecutionException e) {
                LOG.debug("stopped while answering", e);
            }
        }

        void send(Answer answer) {
            // Who has not logged in, or is one of too many, does not keep others from connecting.
            keepAlive &= answer.status() != UNAUTHORIZED.code() && !service.isCrowded.getAsBoolean();
            isLast = !keepAlive;
            ctx.writeAndFlush(Responses.of(answer, isHead(), keepAlive, service))
                    .addListener(sent -> {
                        if (!sent.isSuccess() || !keepAlive) {
                            ctx.close();
                        } else {
                            within(ctx, service.limits.idle());
                            ctx.channel().config().setAutoRead(true);
                        }
                    });
        }
    }
}
