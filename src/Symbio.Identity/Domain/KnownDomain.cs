using System.Text.Json;
using System.Text.Json.Serialization;
using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>The domain that the server is a member of, as its domain controllers' tickets have told.</summary>
/// <param name="Realm">The Kerberos realm.</param>
/// <param name="Name">The NetBIOS name.</param>
/// <param name="Sid">The domain's SID.</param>
public sealed record KnownDomain(string Realm, string Name, Sid Sid)
{
    /// <summary>What an earlier life of the server has learned; null when there is nothing, or nothing usable.</summary>
    public static KnownDomain? Load(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            var kept = JsonSerializer.Deserialize(File.ReadAllBytes(path), KnownDomainJson.Default.Kept);
            return kept is { Realm: { } realm, Name: { } name } && Sid.TryParse(kept.Sid, out var sid)
                ? new KnownDomain(realm, name, sid)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // It is learned again from the next ticket.
        }
    }

    /// <summary>Keeps it for the next life; false when that cannot be.</summary>
    public bool Save(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string next = path + ".new";
            File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(
                new Kept(Realm, Name, Sid.ToString()), KnownDomainJson.Default.Kept));
            File.Move(next, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal sealed record Kept(string? Realm, string? Name, string? Sid);
}

[JsonSerializable(typeof(KnownDomain.Kept))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class KnownDomainJson : JsonSerializerContext;
