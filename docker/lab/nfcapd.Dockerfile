FROM docker.io/library/debian:bookworm-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends nfdump \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o nobody /flows
USER nobody
VOLUME /flows
# A file a minute.
ENTRYPOINT ["nfcapd", "-b", "127.0.0.1", "-p", "9995", "-w", "/flows", "-t", "60"]
