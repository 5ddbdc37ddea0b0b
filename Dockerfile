# One image for `api` and `worker`; the command says which. What is embedded with `npm start` is not in it.
FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
RUN npm ci
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:20-bookworm-slim
ENV NODE_ENV=production TZ=UTC HOST=0.0.0.0
# The Temporal SDK checks the engine's certificate against the system's own authorities.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
USER node
EXPOSE 3000 3001
# Not by npm: a signal to stop has to reach the process itself.
CMD ["node", "--enable-source-maps", "dist/bin/api.js"]
