# syntax=docker/dockerfile:1

# The Node that package-lock.json pins for the checkout too; a test compares them.
ARG NODE_VERSION=26.10.0
# A tag can be moved to other bytes, a digest cannot. It is that of the registry that you pull from, so it is looked up
# there (docker buildx imagetools inspect node:26.10.0-slim) and handed over: --build-arg NODE_DIGEST=@sha256:…
# Without it the build ends, as the question mark asks for.
ARG NODE_DIGEST

FROM node:${NODE_VERSION}-slim${NODE_DIGEST:?} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without the scripts of packages: the one that is allowed in a checkout brings the Node that is here already.
RUN npm ci --ignore-scripts
COPY . .
# By this Node, as npm would look for that of the packages first.
RUN node scripts/build.ts
RUN npm prune --omit=dev --ignore-scripts

FROM node:${NODE_VERSION}-slim${NODE_DIGEST:?}
ENV NODE_ENV=production
# Copies of a bucket's facts: the root file system may be read-only. /tmp has to be there, /data for an archive in a folder.
ENV XDG_CACHE_HOME=/tmp
COPY --from=build /app/package.json /app/LICENSE /opt/logtally/
COPY --from=build /app/node_modules /opt/logtally/node_modules
COPY --from=build /app/bin /opt/logtally/bin
COPY --from=build /app/dist /opt/logtally/dist
COPY --from=build /app/pipelines /opt/logtally/pipelines
COPY --from=build /app/reports /opt/logtally/reports
COPY --from=build /app/fixtures/README.md /opt/logtally/fixtures/README.md
COPY --from=build /app/fixtures/local /opt/logtally/fixtures/local
COPY --from=build /app/fixtures/samples /opt/logtally/fixtures/samples
COPY --from=build /app/kibana /opt/logtally/kibana
COPY --from=build /app/docs /opt/logtally/docs
# For people and for timers; the image itself starts Node.
RUN ["ln", "-s", "/opt/logtally/bin/logtally.js", "/usr/local/bin/logtally"]
RUN ["install", "-d", "-o", "1000", "-g", "1000", "/data"]
# As a number, so that Kubernetes can see that it is not root.
USER 1000:1000
WORKDIR /data
EXPOSE 9464
# For commands that run until they are stopped, with --listen 9464 or 0.0.0.0:9464: without it nobody answers, and the
# container is unhealthy. Kubernetes has probes of its own and does not look at this.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/logtally/bin/logtally.js"]
