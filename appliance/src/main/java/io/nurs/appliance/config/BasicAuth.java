package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/** A name and a password, as a browser asks for them: RFC 7617. */
public record BasicAuth(String user, PasswordHash password) {
    static @Nullable BasicAuth read(YamlSection section) {
        String user = section.required("user", "write the name to log in with", BasicAuth::user);
        PasswordHash password =
                section.required("password-hash", "write what `nursd hash --password` prints", PasswordHash::parse);
        section.finish();
        return user == null || password == null ? null : new BasicAuth(user, password);
    }

    // RFC 7617 §2: the first colon ends the name.
    private static String user(String text) {
        if (text.isEmpty() || text.contains(":") || !ScalarText.printable(text).equals(text)) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is no name to log in with: no colon in it, up to 60 letters");
        }
        return text;
    }
}
