# The node, and the Salesforce org in a box: one image, one program. It writes nothing: run it with a read-only root file system.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src src
COPY hocon hocon
RUN dotnet publish src/ActorSync/ActorSync.csproj -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# curl is for health checks.
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
# No socket for debuggers, which .NET would make in /tmp.
ENV DOTNET_EnableDiagnostics=0
# 64 MiB between two collections: what a turn makes is garbage when it ends, and little of it is moved before.
ENV DOTNET_GCgen0size=0x4000000
WORKDIR /app
COPY --from=build /app .
COPY hocon/*.conf hocon/
# The user app of the base image, by number: an orchestrator that insists on a user that is not root cannot judge a name.
USER 1654:1654
ENTRYPOINT ["dotnet", "actorsync.dll"]
CMD ["--help"]
