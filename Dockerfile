FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:26-slim
ENV NODE_ENV=production
COPY --from=build /app/package.json /app/LICENSE /opt/logtally/
COPY --from=build /app/node_modules /opt/logtally/node_modules
COPY --from=build /app/bin /opt/logtally/bin
COPY --from=build /app/dist /opt/logtally/dist
COPY --from=build /app/pipelines /opt/logtally/pipelines
COPY --from=build /app/reports /opt/logtally/reports
COPY --from=build /app/fixtures /opt/logtally/fixtures
COPY --from=build /app/kibana /opt/logtally/kibana
COPY --from=build /app/docs /opt/logtally/docs
RUN ln -s /opt/logtally/bin/logtally.js /usr/local/bin/logtally \
  && mkdir /data \
  && chown node:node /data
USER node
WORKDIR /data
ENTRYPOINT ["logtally"]
