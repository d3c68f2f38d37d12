namespace Symbio.Interop.Tests.Clients;

/// <summary>The programs that play the other side. A test whose peer is missing is skipped and says so.</summary>
internal static class Peers
{
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>1 GiB files, every script of the kernel client: too slow for every run.</summary>
    public static bool Long => Environment.GetEnvironmentVariable("SYMBIO_LONG") == "1";

    /// <summary>The path of a program, or null.</summary>
    public static string? Find(string program) =>
        Folders.Where(f => f.Length > 0).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    /// <summary>The path of a program; without it the test is skipped.</summary>
    public static string Require(string program)
    {
        if (Find(program) is { } path)
            return path;
        Assert.Skip($"{program} is not installed: eng/install-peers");
        return "";
    }

    /// <summary>The Python that has impacket.</summary>
    public static string RequireImpacket()
    {
        const string Package = "/usr/lib/python3/dist-packages/impacket";
        if (!Directory.Exists(Package))
            Assert.Skip("python3-impacket is not installed: eng/install-peers");
        return "/usr/bin/python3"; // Debian's; another in PATH would not find Debian's packages.
    }

    /// <summary>The tool that boots a Linux kernel with cifs.ko.</summary>
    public static string RequireLinuxClient()
    {
        string shared = Environment.GetEnvironmentVariable("SYMBIO_SHARED") ?? "";
        string tool = Path.Combine(shared, "tools/linux-client/linux-client");
        if (shared.Length == 0 || !File.Exists(tool))
            Assert.Skip("there is no $SYMBIO_SHARED/tools/linux-client");
        Require("qemu-system-x86_64");
        return tool;
    }

    /// <summary>The tool that runs an Active Directory domain controller; or why it cannot be used.</summary>
    public static (string? Tool, string? Missing) FindDomainController()
    {
        string shared = Environment.GetEnvironmentVariable("SYMBIO_SHARED") ?? "";
        string tool = Path.Combine(shared, "tools/ad-dc");
        if (shared.Length == 0 || !File.Exists(tool))
            return (null, "there is no $SYMBIO_SHARED/tools/ad-dc");
        if (!Environment.IsPrivilegedProcess)
            return (null, "not root: the domain controller has a network of its own");
        string[] programs = ["samba", "samba-tool", "kinit", "ldapsearch", "ip", "smbclient"];
        return programs.FirstOrDefault(p => Find(p) is null) is { } missing
            ? (null, $"{missing} is not installed: eng/install-peers")
            : (tool, null);
    }

    public static void RequireRoot(string reason)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip($"not root: {reason}");
    }
}
