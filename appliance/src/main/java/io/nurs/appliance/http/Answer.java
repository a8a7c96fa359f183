package io.nurs.appliance.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a page says.
 *
 * @param status of HTTP, such as 200
 * @param contentType such as {@code text/plain; charset=utf-8}
 * @param body is not copied: what it holds must not change, nor its position
 */
public record Answer(int status, String contentType, ByteBuffer body) {
    public static Answer ok(String contentType, byte[] body) {
        return new Answer(HttpResponseStatus.OK.code(), contentType, ByteBuffer.wrap(body));
    }

    /** One line of plain text. */
    public static Answer text(int status, String line) {
        return new Answer(status, "text/plain; charset=utf-8", StandardCharsets.UTF_8.encode(line + "\n"));
    }

    static Answer text(HttpResponseStatus status, String line) {
        return text(status.code(), status + ": " + line);
    }
}
