using System.Diagnostics;
using System.Text;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class PamTests : IDisposable
{
    private readonly string configuration = Directory.CreateTempSubdirectory("nacre").FullName;

    public void Dispose() => Directory.Delete(configuration, recursive: true);

    [Fact]
    public async Task The_right_password_is_accepted_and_the_wrong_one_denied()
    {
        Checks("right");

        Assert.Equal(PamVerdict.Accepted, (await VerifyAsync("right")).Verdict);
        Assert.Equal(PamVerdict.Denied, (await VerifyAsync("wrong")).Verdict);
        Assert.Equal(PamVerdict.Denied, (await VerifyAsync("")).Verdict);
    }

    [Fact]
    public async Task A07_a_password_with_a_nul_or_of_an_impossible_length_is_denied()
    {
        Checks("right");

        Assert.Equal(PamVerdict.Denied, (await VerifyAsync("right\0")).Verdict);
        Assert.Equal(PamVerdict.Denied, (await VerifyAsync("right\0x")).Verdict);
        foreach (int length in (int[])[511, 512, 513, 100_000])
            Assert.Equal(PamVerdict.Denied, (await VerifyAsync(new string('a', length))).Verdict);
    }

    [Fact]
    public async Task A12_a_user_who_may_not_log_in_is_denied_even_where_the_modules_say_yes()
    {
        Service("auth required pam_permit.so\naccount required pam_permit.so\n");

        Assert.Equal(PamVerdict.Accepted, (await VerifyAsync("x")).Verdict);
        PamPasswordResult result = await PamPasswordCheck.VerifyAsync("test", "root", "x"u8.ToArray(), null, isPermitted: false, configuration);
        Assert.Equal(PamVerdict.Denied, result.Verdict);
    }

    [Fact]
    public async Task An_account_that_is_refused_is_not_a_wrong_password()
    {
        Service("auth required pam_permit.so\naccount required pam_deny.so\n");

        Assert.Equal(PamVerdict.AccountRefused, (await VerifyAsync("x")).Verdict);
    }

    [Fact]
    public async Task What_the_modules_say_is_handed_on()
    {
        Service("auth optional pam_echo.so Be welcome\nauth required pam_permit.so\naccount required pam_permit.so\n");

        PamPasswordResult result = await VerifyAsync("x");
        Assert.Equal(PamVerdict.Accepted, result.Verdict);
        Assert.Equal(["Be welcome"], result.Messages);
    }

    [Fact]
    public async Task A_module_that_is_not_there_is_no_verdict_on_the_password()
    {
        Service("auth required pam_no_such_module.so\n");

        Assert.Equal(PamVerdict.Unavailable, (await VerifyAsync("x")).Verdict);
    }

    [Fact]
    public void Questions_reach_the_conversation_and_its_answers_the_module()
    {
        Checks("second");
        using PamTransaction transaction = PamTransaction.Start("test", "root", "host.example", configuration: configuration);
        var conversation = new Recorder("second");

        Assert.Equal(PamStatus.SUCCESS, transaction.Authenticate(conversation));
        Assert.Equal([PamPromptStyle.Secret], conversation.Prompts.Select(prompt => prompt.Style));
        Assert.Equal("Password: ", conversation.Prompts[0].Text);
        Assert.All(conversation.Answers, answer => Assert.All(answer, value => Assert.Equal(0, value)));
    }

    [Fact]
    public void A_conversation_that_throws_or_refuses_fails_the_authentication()
    {
        Checks("x");
        using PamTransaction transaction = PamTransaction.Start("test", "root", null, configuration: configuration);

        Assert.NotEqual(PamStatus.SUCCESS, transaction.Authenticate(new Recorder(null)));
        Assert.NotEqual(PamStatus.SUCCESS, transaction.Authenticate(new Thrower()));
    }

    [Fact]
    public void A_session_sets_variables_and_is_closed()
    {
        string mark = Path.Join(configuration, "mark");
        string script = Path.Join(configuration, "session");
        File.WriteAllText(script, $"#!/bin/sh\necho \"$PAM_TYPE $PAM_USER $PAM_RHOST $PAM_TTY\" >> {mark}\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_000_000);
        File.WriteAllText(Path.Join(configuration, "environment"), "NACRE_TEST=1\n");
        Service($"session required pam_exec.so {script}\nsession required pam_env.so readenv=1 envfile={configuration}/environment\nauth required pam_permit.so\n");

        using (PamTransaction transaction = PamTransaction.Start("test", "root", "host.example", configuration: configuration))
        {
            transaction.SetTerminal("pts/7");
            transaction.PutEnvironment("MORE=2");
            Assert.Equal(PamStatus.SUCCESS, transaction.SetCredentials());
            Assert.Equal(PamStatus.SUCCESS, transaction.OpenSession());
            CStrings environment = transaction.GetEnvironment();
            Assert.Equal("1", environment.Find("NACRE_TEST"));
            Assert.Equal("2", environment.Find("MORE"));
        }
        Assert.Equal(["open_session root host.example pts/7", "close_session root host.example pts/7"], File.ReadAllLines(mark));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A12_an_unknown_user_takes_as_long_as_a_known_one()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: reads the shadow file");
        Service("auth required pam_unix.so\naccount required pam_unix.so\n");

        TimeSpan known = await TimeAsync("root");
        TimeSpan unknown = await TimeAsync("no-such-user-here");

        // PAM delays both by two seconds, give or take half of that.
        Assert.InRange(known.TotalSeconds, 0.9, 10);
        Assert.InRange(unknown.TotalSeconds, 0.9, 10);
    }

    private async Task<TimeSpan> TimeAsync(string user)
    {
        long start = Stopwatch.GetTimestamp();
        PamPasswordResult result = await PamPasswordCheck.VerifyAsync("test", user, "wrong"u8.ToArray(), null, user == "root", configuration);
        Assert.Equal(PamVerdict.Denied, result.Verdict);
        return Stopwatch.GetElapsedTime(start);
    }

    private Task<PamPasswordResult> VerifyAsync(string password) =>
        PamPasswordCheck.VerifyAsync("test", "root", Encoding.UTF8.GetBytes(password), "host.example", configuration: configuration);

    /// <summary>A service that accepts one password.</summary>
    private void Checks(string password)
    {
        string script = Path.Join(configuration, "check");
        File.WriteAllText(script, $"#!/bin/sh\n[ \"$(tr -d '\\000')\" = {password} ]\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_000_000);
        Service($"auth required pam_exec.so expose_authtok quiet {script}\naccount required pam_permit.so\n");
    }

    private void Service(string lines) => File.WriteAllText(Path.Join(configuration, "test"), lines);

    private sealed class Recorder(string? password) : IPamConversation
    {
        public List<PamPrompt> Prompts { get; } = [];

        public List<byte[]> Answers { get; } = [];

        public bool TryAnswer(ReadOnlySpan<PamPrompt> prompts, Span<byte[]?> answers)
        {
            Prompts.AddRange(prompts);
            if (password is null)
                return false;
            byte[] answer = Encoding.UTF8.GetBytes(password);
            Answers.Add(answer);
            answers[0] = answer;
            return true;
        }
    }

    private sealed class Thrower : IPamConversation
    {
        public bool TryAnswer(ReadOnlySpan<PamPrompt> prompts, Span<byte[]?> answers) => throw new InvalidOperationException();
    }
}
