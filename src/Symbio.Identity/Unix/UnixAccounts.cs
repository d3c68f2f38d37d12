using System.Runtime.InteropServices;

namespace Symbio.Identity;

/// <summary>
/// The accounts of the operating system, through the C library (and so through nsswitch: files, sssd, winbind).
/// </summary>
public interface IUnixAccounts
{
    /// <summary>The account that the service itself runs as.</summary>
    UnixIdentity Service { get; }

    /// <summary>The service may work as other accounts (it is root).</summary>
    bool CanImpersonate { get; }

    /// <summary>An account with its groups; or that there is none of this name, or that nobody could say.</summary>
    UnixLookup FindUser(string name);

    /// <summary>The gid of a group; null when there is none of this name.</summary>
    uint? FindGroup(string name);

    /// <summary>The name of an account; null when it has none.</summary>
    string? UserName(uint uid);

    /// <summary>The name of a group; null when it has none.</summary>
    string? GroupName(uint gid);
}

/// <inheritdoc cref="IUnixAccounts"/>
public sealed unsafe partial class UnixAccounts : IUnixAccounts
{
    private const string Library = "libc";
    private const string Passwords = "/etc/passwd";
    private const int Enoent = 2;
    private const int Eintr = 4;
    private const int Erange = 34;
    // Groups of some directories have thousands of members, listed in the record.
    private const int MaxBuffer = 1 << 20;
    private const int MaxGroups = 65536;   // NGROUPS_MAX

    private UnixAccounts()
    {
        uint uid = GetEffectiveUserId();
        CanImpersonate = uid == 0;
        Service = new UnixIdentity(uid, GetEffectiveGroupId(), []);
    }

    /// <summary>The accounts of this machine.</summary>
    public static UnixAccounts Instance { get; } = new();

    public UnixIdentity Service { get; }

    public bool CanImpersonate { get; }

    public UnixLookup FindUser(string name)
    {
        var (error, found, uid, gid, _) = ReadPasswd((record, buffer, size, result) =>
            GetPasswordByName(name, (Passwd*)record, (byte*)buffer, size, (Passwd**)result));
        // Where there is no file of accounts at all (a container) it is an answer that it is not there.
        if (error != 0 && !(error == Enoent && !File.Exists(Passwords)))
            return new UnixLookup(null, error);
        return new UnixLookup(found ? new UnixIdentity(uid, gid, GroupsOf(name, gid)) : null);
    }

    public string? UserName(uint uid) =>
        ReadPasswd((record, buffer, size, result) =>
            GetPasswordByUid(uid, (Passwd*)record, (byte*)buffer, size, (Passwd**)result)).Name;

    public uint? FindGroup(string name)
    {
        var (found, gid, _) = ReadGroup((record, buffer, size, result) =>
            GetGroupByName(name, (Group*)record, (byte*)buffer, size, (Group**)result));
        return found ? gid : null;
    }

    public string? GroupName(uint gid) =>
        ReadGroup((record, buffer, size, result) =>
            GetGroupByGid(gid, (Group*)record, (byte*)buffer, size, (Group**)result)).Name;

    /// <summary>One of the get…_r functions: (record, buffer, buffer's size, result).</summary>
    private delegate int Lookup(nint record, nint buffer, nuint size, nint result);

    private static (int Error, bool Found, uint Uid, uint Gid, string? Name) ReadPasswd(Lookup lookup)
    {
        for (int size = 1024; size <= MaxBuffer; size *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)size);
            try
            {
                Passwd record;
                Passwd* result;
                int error = lookup((nint)(&record), (nint)buffer, (nuint)size, (nint)(&result));
                if (error is Erange or Eintr)
                    continue;
                return error != 0 || result is null
                    ? (error, false, 0, 0, null)
                    : (0, true, record.Uid, record.Gid, Marshal.PtrToStringUTF8((nint)record.Name));
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
        return (Erange, false, 0, 0, null);
    }

    private static (bool Found, uint Gid, string? Name) ReadGroup(Lookup lookup)
    {
        for (int size = 1024; size <= MaxBuffer; size *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)size);
            try
            {
                Group record;
                Group* result;
                int error = lookup((nint)(&record), (nint)buffer, (nuint)size, (nint)(&result));
                if (error == Erange)
                    continue;
                return error != 0 || result is null
                    ? default
                    : (true, record.Gid, Marshal.PtrToStringUTF8((nint)record.Name));
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
        return default;
    }

    private static uint[] GroupsOf(string name, uint primary)
    {
        int count = 64;
        while (true)
        {
            uint[] groups = new uint[count];
            int found = count;
            int result;
            fixed (uint* first = groups)
                result = GetGroupList(name, primary, first, &found);
            if (result >= 0)
                return groups[..found];
            if (count >= MaxGroups)
                return [primary];
            count = Math.Clamp(found, count * 2, MaxGroups); // glibc says how many there are, musl does not.
        }
    }

    /// <summary>struct passwd, the same in glibc and musl on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Passwd
    {
        public byte* Name;
        public byte* Password;
        public uint Uid;
        public uint Gid;
        public byte* Gecos;
        public byte* Directory;
        public byte* Shell;
    }

    /// <summary>struct group</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Group
    {
        public byte* Name;
        public byte* Password;
        public uint Gid;
        public byte** Members;
    }

    [LibraryImport(Library, EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroupId();

    [LibraryImport(Library, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetPasswordByName(string name, Passwd* record, byte* buffer, nuint size,
        Passwd** result);

    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    private static partial int GetPasswordByUid(uint uid, Passwd* record, byte* buffer, nuint size, Passwd** result);

    [LibraryImport(Library, EntryPoint = "getgrgid_r")]
    private static partial int GetGroupByGid(uint gid, Group* record, byte* buffer, nuint size, Group** result);

    [LibraryImport(Library, EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupByName(string name, Group* record, byte* buffer, nuint size, Group** result);

    [LibraryImport(Library, EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupList(string user, uint group, uint* groups, int* count);
}
