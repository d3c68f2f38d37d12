using System.Text.Json;
using System.Text.Json.Serialization;
using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>The users file's JSON, and how it is read and replaced.</summary>
internal static class LocalUserFile
{
    /// <summary>A million users fit; more is no users file.</summary>
    private const long MaxSize = 256 << 20;

    private const int NtHashSize = 16;

    /// <summary>What the file holds.</summary>
    internal sealed record Content(LocalDomain Domain, uint NextRid);

    /// <exception cref="UserFileException">It is missing, others may read it, or it is no users file.</exception>
    public static Content Read(string path, UnixFileStatus status)
    {
        if (status.IsOpenToOthers)
        {
            throw new UserFileException(
                $"{path}: others may use this file (mode {Convert.ToString(status.Mode, 8)}), and it holds password " +
                $"hashes: chmod 600 {path}");
        }
        if (status.Size > MaxSize)
            throw new UserFileException($"{path}: too large for a users file");
        try
        {
            using var stream = File.OpenRead(path);
            var document = JsonSerializer.Deserialize(stream, UserFileJson.Default.UserFileDocument)
                ?? throw new UserFileException($"{path}: empty");
            return ToContent(document);
        }
        catch (JsonException e)
        {
            throw new UserFileException($"{path}:{(e.LineNumber ?? 0) + 1}: not a users file: {FirstLine(e.Message)}",
                e);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new UserFileException($"{path}: not a users file: {FirstLine(e.Message)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserFileException($"{path}: {FirstLine(e.Message)}", e);
        }
    }

    /// <summary>
    /// Replaces the file as one step: whoever looks sees the old one or the new one, whole, also after a crash.
    /// </summary>
    public static void Write(string path, Content content, UnixFileStatus? replaced)
    {
        string? linked = replaced is null ? null : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        string target = linked ?? path;
        string directory = Path.GetDirectoryName(Path.GetFullPath(target))!;
        string temporary = Path.Combine(directory, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}");
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                JsonSerializer.Serialize(stream, ToDocument(content), UserFileJson.Default.UserFileDocument);
                stream.Write("\n"u8);
                stream.Flush(flushToDisk: true);
            }
            // root edits the file of a service that runs as another account: it stays that account's.
            if (replaced is { } old && UnixFile.Status(temporary) is { } made
                && (old.Uid, old.Gid) != (made.Uid, made.Gid)
                && !UnixFile.ChangeOwner(temporary, old.Uid, old.Gid))
                throw new UserFileException(
                    $"{target}: belongs to another account; run this as that account or as root");
            File.Move(temporary, target, overwrite: true);
            UnixFile.SyncDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserFileException($"{target}: cannot be written: {FirstLine(e.Message)}", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static Content ToContent(UserFileDocument document)
    {
        if (document.Version != 1)
            throw new FormatException($"version {document.Version} is not known to this program");
        var users = new List<LocalUser>();
        foreach (var user in document.Users)
        {
            if (LocalUser.CheckName(user.Name) is { } wrong)
                throw new FormatException(wrong);
            byte[] hash = Convert.FromHexString(user.NtHash);
            if (hash.Length != NtHashSize)
                throw new FormatException($"ntHash of '{user.Name}' has {user.NtHash.Length} digits instead of 32");
            users.Add(new LocalUser
            {
                Name = user.Name,
                Rid = user.Rid,
                NtHash = hash,
                FullName = user.FullName ?? "",
                Disabled = user.Disabled,
                Administrator = user.Administrator,
                UnixAccount = user.UnixAccount,
                Groups = user.Groups ?? [],
            });
        }
        var groups = (document.Groups ?? []).Select(g => new LocalGroup(g.Name, g.Rid, g.UnixGroup)).ToList();
        uint highest = users.Select(u => u.Rid).Concat(groups.Select(g => g.Rid))
            .DefaultIfEmpty(LocalDomain.FirstFreeRid - 1).Max();
        if (users.Select(u => u.Rid).Concat(groups.Select(g => g.Rid)).GroupBy(r => r).Any(g => g.Count() > 1))
            throw new FormatException("two accounts have the same rid");
        return new Content(
            new LocalDomain(Sid.Parse(document.MachineSid), users, groups),
            Math.Max(document.NextRid, Math.Max(highest + 1, LocalDomain.FirstFreeRid)));
    }

    private static UserFileDocument ToDocument(Content content) => new()
    {
        MachineSid = content.Domain.Sid.ToString(),
        NextRid = content.NextRid,
        Users = [.. content.Domain.Users.Select(u => new UserFileUser
        {
            Name = u.Name,
            Rid = u.Rid,
            NtHash = Convert.ToHexString(u.NtHash.Span),
            FullName = u.FullName.Length == 0 ? null : u.FullName,
            Disabled = u.Disabled,
            Administrator = u.Administrator,
            UnixAccount = u.UnixAccount,
            Groups = u.Groups.Count == 0 ? null : [.. u.Groups],
        })],
        Groups = content.Domain.Groups.Count == 0
            ? null
            : [.. content.Domain.Groups.Select(
                g => new UserFileGroup { Name = g.Name, Rid = g.Rid, UnixGroup = g.UnixGroup })],
    };

    internal static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('\r', '.', ' ');
}

internal sealed class UserFileDocument
{
    public int Version { get; set; } = 1;
    public required string MachineSid { get; set; }
    public uint NextRid { get; set; }
    public List<UserFileUser> Users { get; set; } = [];
    public List<UserFileGroup>? Groups { get; set; }
}

internal sealed class UserFileUser
{
    public required string Name { get; set; }
    public required uint Rid { get; set; }
    public required string NtHash { get; set; }
    public string? FullName { get; set; }
    public bool Disabled { get; set; }
    public bool Administrator { get; set; }
    public string? UnixAccount { get; set; }
    public List<string>? Groups { get; set; }
}

internal sealed class UserFileGroup
{
    public required string Name { get; set; }
    public required uint Rid { get; set; }
    public string? UnixGroup { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(UserFileDocument))]
internal sealed partial class UserFileJson : JsonSerializerContext;
