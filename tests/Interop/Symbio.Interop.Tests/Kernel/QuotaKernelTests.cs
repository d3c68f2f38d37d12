using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kernel;

/// <summary>
/// Quotas of a kernel that keeps them, which that of a test machine hardly does: the server runs in the guest, beside the
/// clients. Limits do not hold for those with CAP_SYS_RESOURCE; root has it, and the server must be stopped by them all the same.
/// </summary>
public sealed class QuotaKernelTests
{
    // The guest's disk has little room: of the runtime these are there by their names alone.
    private static readonly string[] s_unused =
    [
        "System.Private.Xml", "System.Private.DataContract", "System.Linq.Expressions", "Microsoft.VisualBasic", "System.Data.",
        "libmscord", "libclrgc", "Microsoft.CSharp", "System.Net.Quic", "System.Net.Http", "System.Net.Mail", "Microsoft.AspNetCore",
    ];

    [Fact]
    public async Task Limits_are_set_shown_and_hold()
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!; // ROOT/shared/Microsoft.NETCore.App/VERSION
        string root = Path.GetFullPath("../../..", framework);
        string runtime = Directory.CreateTempSubdirectory("symbio-runtime.").FullName;
        try
        {
            CopyRuntime(Path.Combine(root, "shared"), runtime);
            string[] added =
            [
                $"{Path.GetDirectoryName(SymbioProcess.ProgramPath)}:/opt/symbio", $"{root}/host:/opt/dotnet/host",
                $"{runtime}:/opt/dotnet/shared",
                Directory.EnumerateFiles("/usr/lib", "libssl.so.3", SearchOption.AllDirectories).First(), // Loaded by name.
            ];
            string[] modules = ["loop", "ext4", "quota_v2"], packages = ["smbclient", "e2fsprogs"];
            await LinuxClientPeer.RunAloneAsync(
                LinuxClientPeer.ScriptOf("quota"), TimeSpan.FromMinutes(10),
                [
                    "--memory", "4G", .. modules.SelectMany(m => new[] { "--add-module", m }),
                    .. packages.SelectMany(p => new[] { "--add-package", p }), .. added.SelectMany(a => new[] { "--add", a }),
                ]);
        }
        finally
        {
            Directory.Delete(runtime, recursive: true);
        }
    }

    private static void CopyRuntime(string from, string to)
    {
        string version = Environment.Version.ToString();
        foreach (string framework in (string[])["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"])
        {
            string folder = Directory.CreateDirectory(Path.Combine(to, framework, version)).FullName;
            foreach (string file in Directory.EnumerateFiles(Path.Combine(from, framework, version)))
            {
                string name = Path.GetFileName(file), copy = Path.Combine(folder, name);
                if (s_unused.Any(name.StartsWith) && !name.EndsWith(".json", StringComparison.Ordinal))
                    File.WriteAllBytes(copy, []);
                else
                    File.Copy(file, copy);
            }
        }
    }
}
