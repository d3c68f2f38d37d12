using System.Text;

namespace Symbio.Identity.Tests;

public sealed class LocalUserDatabaseTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-users-").FullName;
    private readonly ManualTime _time = new();

    private string FilePath => Path.Combine(_folder, "users.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static LocalUser User(string name, string password = "secret") =>
        new() { Name = name, Rid = 0, NtHash = LocalUserDatabase.HashPassword(password) };

    [Fact]
    public void A_new_file_is_its_owners_alone_and_keeps_its_machine_SID()
    {
        var sid = LocalUserDatabase.OpenOrCreate(FilePath).Current.Sid;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(FilePath));
        Assert.StartsWith("S-1-5-21-", sid.ToString());
        LocalUserDatabase.Open(FilePath).Add(User("demo"));
        Assert.Equal(sid, LocalUserDatabase.OpenOrCreate(FilePath).Current.Sid);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(FilePath));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_may_use_is_refused_in_one_line(UnixFileMode others)
    {
        LocalUserDatabase.OpenOrCreate(FilePath);
        File.SetUnixFileMode(FilePath, OwnerOnly | others);
        var error = Assert.Throws<UserFileException>(() => LocalUserDatabase.Open(FilePath));
        Assert.Contains($"chmod 600 {FilePath}", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_file_says_what_to_do()
    {
        var error = Assert.Throws<UserFileException>(() => LocalUserDatabase.Open(FilePath));
        Assert.Contains("symbio user add", error.Message);
    }

    [Theory]
    [InlineData("{", ":1:")]
    [InlineData("{\n \"machineSid\": \"S-1-5-21-1-2-3\",\n \"usres\": []\n}", ":3:")]
    [InlineData("{ \"machineSid\": \"nonsense\" }", "nonsense")]
    [InlineData("{ \"version\": 2, \"machineSid\": \"S-1-5-21-1-2-3\" }", "version 2")]
    [InlineData("{ \"machineSid\": \"S-1-5-21-1-2-3\", \"users\": [{\"name\":\"a\",\"rid\":1000,\"ntHash\":\"12\"}] }",
        "ntHash")]
    [InlineData("{ \"machineSid\": \"S-1-5-21-1-2-3\", \"users\": [{\"name\":\"a/b\",\"rid\":1000,\"ntHash\":\"8846F7EAEE8FB117AD06BDD830B7586C\"}] }", "user name")]
    public void A_broken_file_is_refused_in_one_line(string text, string expected)
    {
        File.WriteAllText(FilePath, text);
        File.SetUnixFileMode(FilePath, OwnerOnly);
        var error = Assert.Throws<UserFileException>(() => LocalUserDatabase.Open(FilePath));
        Assert.StartsWith(FilePath, error.Message);
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Users_come_and_go_and_RIDs_are_not_used_again()
    {
        var database = LocalUserDatabase.OpenOrCreate(FilePath);
        var first = database.Add(User("first") with { FullName = "Fürst", Administrator = true, Groups = ["staff"] });
        Assert.Throws<UserFileException>(() => database.Add(User("FIRST")));
        database.Remove("first");
        Assert.Throws<UserFileException>(() => database.Remove("first"));
        var second = database.Add(User("second"));
        Assert.True(second.Rid > first.Rid);
        Assert.NotEqual(second.Rid, database.Current.FindGroup("staff")!.Rid);

        database.Change("second", u => u with { Disabled = true });
        database.SetPassword("SECOND", "password");
        var read = LocalUserDatabase.Open(FilePath).Current.FindUser("second")!;
        Assert.True(read.Disabled);
        // [MS-NLMP] 4.2.2.1.2, without case
        Assert.Equal("8846F7EAEE8FB117AD06BDD830B7586C", Convert.ToHexString(read.NtHash.Span));
        Assert.Equal(second.Rid, read.Rid);
    }

    [Fact]
    public void All_that_a_user_has_survives_the_file()
    {
        var database = LocalUserDatabase.OpenOrCreate(FilePath);
        var added = database.Add(User("demo") with
        {
            FullName = "Дёмо", Administrator = true, Groups = ["staff", "ops"], UnixAccount = "", Disabled = true,
        });
        var read = LocalUserDatabase.Open(FilePath).Current.FindUser("demo")!;
        Assert.Equal(added.Groups, read.Groups);
        Assert.True(added.NtHash.Span.SequenceEqual(read.NtHash.Span));
        Assert.Equal(added with { Groups = [], NtHash = default }, read with { Groups = [], NtHash = default });
    }

    [Fact]
    public void A_change_by_another_process_is_seen_and_a_broken_one_is_told_once()
    {
        var database = LocalUserDatabase.OpenOrCreate(FilePath, _time);
        var failures = new List<string>();
        database.ReloadFailed += e => failures.Add(e.Message);
        LocalUserDatabase.Open(FilePath).Add(User("demo"));
        Assert.Null(database.Current.FindUser("demo"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(database.Current.FindUser("demo"));

        File.WriteAllText(FilePath, "nonsense");
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.NotNull(database.Current.FindUser("demo"));
        }
        Assert.Single(failures);
        Assert.Throws<UserFileException>(() => database.Add(User("more")));
    }

    [Fact]
    public async Task Nobody_ever_sees_half_a_file_and_no_edit_is_lost()
    {
        LocalUserDatabase.OpenOrCreate(FilePath);
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            int reads = 0;
            do
            {
                LocalUserDatabase.Open(FilePath);
                reads++;
            }
            while (!stop.IsCancellationRequested);
            return reads;
        });
        // Each writer is like a process of its own.
        Parallel.For(0, 4, writer =>
        {
            for (int i = 0; i < 10; i++)
                LocalUserDatabase.Open(FilePath).Add(User($"user{writer}-{i}"));
        });
        await stop.CancelAsync();
        Assert.True(await reader > 0);
        var users = LocalUserDatabase.Open(FilePath).Current.Users;
        Assert.Equal(40, users.Count);
        Assert.Equal(40, users.Select(u => u.Rid).Distinct().Count());
        Assert.Equal(["users.json", "users.json.lock"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_symbolic_link_to_the_file_stays_one()
    {
        string real = Path.Combine(_folder, "real.json");
        LocalUserDatabase.OpenOrCreate(real);
        File.CreateSymbolicLink(FilePath, real);
        LocalUserDatabase.Open(FilePath).Add(User("demo"));
        Assert.NotNull(new FileInfo(FilePath).LinkTarget);
        Assert.NotNull(LocalUserDatabase.Open(real).Current.FindUser("demo"));
    }

    [Fact]
    public void Import_takes_Sambas_smbpasswd_format()
    {
        const string file = """
            # Samba SMB password file
            alice:1000:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:8846F7EAEE8FB117AD06BDD830B7586C:[U          ]:LCT-5F3C2A11:
            bob:1001:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:0CB6948805F797BF2A82807973B89537:[DU         ]:LCT-5F3C2A11:
            nopass:1002:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:[NU         ]:LCT-00000000:
            host$:1003:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:0CB6948805F797BF2A82807973B89537:[W          ]:LCT-00000000:

            """;
        var database = LocalUserDatabase.OpenOrCreate(FilePath);
        database.Add(User("bob", "old"));
        var report = database.Import(
            SmbPasswdFile.Read(new StringReader(file), "smbpasswd"), uid => uid == 1000 ? "alice_unix" : "bob");

        Assert.Equal(4, report.Count);
        Assert.Equal("added alice", report[0]);
        Assert.Equal("updated bob (disabled)", report[1]);
        Assert.StartsWith("skipped nopass", report[2]);
        Assert.StartsWith("skipped host$", report[3]);
        var alice = database.Current.FindUser("alice")!;
        Assert.Equal("alice_unix", alice.UnixAccount);
        Assert.Equal("8846F7EAEE8FB117AD06BDD830B7586C", Convert.ToHexString(alice.NtHash.Span));
        Assert.True(database.Current.FindUser("bob")!.Disabled);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("alice:x:X:Y:[U]:")]
    [InlineData("alice:1000:XXXX:GGGGF7EAEE8FB117AD06BDD830B7586C:[U]:LCT-0:")]
    [InlineData("alice:1000:XXXX:8846F7EAEE8FB117AD06BDD830B7586C:U:LCT-0:")]
    public void Import_of_anything_else_says_the_line(string line)
    {
        var error = Assert.Throws<UserFileException>(
            () => SmbPasswdFile.Read(new StringReader("# first\n" + line), "smbpasswd").ToList());
        Assert.StartsWith("smbpasswd:2:", error.Message);
    }

    [Theory]
    [InlineData("demo", true)]
    [InlineData("Jörg Müller", true)]
    [InlineData("a.b-c_d$", true)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("a\\b", false)]
    [InlineData("a@b", false)]
    [InlineData("a:b", false)]
    [InlineData("ends.", false)]
    [InlineData("tab\t", false)]
    public void Names_are_those_that_Windows_takes(string name, bool expected) =>
        Assert.Equal(expected, LocalUser.CheckName(name) is null);

    [Fact]
    public void Hashes_are_of_UTF16() =>
        Assert.Equal(
            "507E3EE80DF7DB7C1FDD8D50AE8DB606",
            Convert.ToHexString(LocalUserDatabase.HashPassword(Encoding.UTF8.GetString("пароль"u8))));
}
