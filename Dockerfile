# The node, and the Salesforce org in a box: one image, one program.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src src
COPY hocon hocon
RUN dotnet publish src/ActorSync/ActorSync.csproj -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# curl is for health checks.
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
COPY hocon hocon
USER app
ENTRYPOINT ["dotnet", "actorsync.dll"]
CMD ["--help"]
