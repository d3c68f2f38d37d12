namespace Symbio.Interop.Tests.Servers;

/// <summary>The users that the tests log on as.</summary>
public static class Accounts
{
    public const string Password = "Inter%op-1st pass"; // '%' and the space are for the clients' own quoting.

    /// <summary>
    /// As root a Unix account that every system has, so that the mapping of users to accounts is part of what is tested;
    /// else the account that runs the tests.
    /// </summary>
    public static string User { get; } = Environment.IsPrivilegedProcess ? "daemon" : Environment.UserName;

    public static string SecondUser => Environment.IsPrivilegedProcess ? "bin" : "symbio-second";

    public const string SecondPassword = "Inter%op-2nd pass";

    /// <summary>Makes a file that this process has made the user's own, as if it had come through the server.</summary>
    public static void Own(string path, string? account = null)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        string[] entry = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).First(f => f[0] == (account ?? User));
        Native.SetOwner(path, uint.Parse(entry[2]), uint.Parse(entry[3]));
    }
}
