from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0006_approvals'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='door',
            name='door_of_studio_once',
        ),
        migrations.AddConstraint(
            model_name='door',
            constraint=models.UniqueConstraint(condition=models.Q(('team', None)), fields=('kind', 'last4', 'project', 'location'), name='door_of_studio_once'),
        ),
        migrations.AlterField(
            model_name='budget',
            name='period',
            field=models.CharField(choices=[('none', 'None'), ('month', 'Month')], default='none', max_length=5),
        ),
    ]
